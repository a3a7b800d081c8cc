using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>What is said of an hour's predictions: the latest statement about each.</summary>
internal sealed class HourTruth
{
    public Dictionary<PredictionId, TruthValue> Labels { get; } = [];

    /// <summary>By name; values that are no numbers are no outcome to count.</summary>
    public Dictionary<string, Dictionary<PredictionId, double>> Outcomes { get; } = new(StringComparer.Ordinal);

    public static async Task<HourTruth> ReadAsync(TruthReader reader, ModelName model, LiveHour hour, CancellationToken cancel)
    {
        var truth = new HourTruth();
        foreach (var row in await RowsAsync(TruthKind.Labels, hour.Labels)) truth.Labels[row.Id] = row.Value;
        foreach (var row in await RowsAsync(TruthKind.Outcomes, hour.Outcomes))
            if (row.Value.Number is { } number && double.IsFinite(number)) truth.Of(row.Name)[row.Id] = number;
        return truth;

        async Task<IReadOnlyList<TruthRow>> RowsAsync(TruthKind kind, Partition? files) =>
            files is null ? [] : await reader.HourAsync(new(kind, model, hour.From, hour.To), hour.Hour, files, new ReadReport(), cancel);
    }

    private Dictionary<PredictionId, double> Of(string name) => Outcomes.TryGetValue(name, out var there) ? there : Outcomes[name] = [];
}
