using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Statistics;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>Hands out what SageMaker Model Monitor's own tools read: a baseline as statistics and constraints, a finding as violations.</summary>
public sealed class SageMakerService(BaselineService baselines, BaselineStore store, FindingService findings, ModelSnapshots models)
{
    /// <summary>Answers <c>GET /models/{m}/versions/{v}/sagemaker/statistics</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>; <see cref="ProblemKind.NotFound"/>: the version has no baseline.</exception>
    public async Task<IResult> StatisticsAsync(string model, int version, CancellationToken cancel)
    {
        var baseline = await BaselineAsync(model, version, cancel);
        var profiles = new List<NamedProfile>();
        foreach (var column in Features(baseline))
        {
            using var bytes = await store.ColumnAsync(baseline, column, cancel);
            profiles.Add(Profile(ColumnFile.Read(column.Name, column.Type, bytes.Memory.Span)));
        }
        return Json(SageMakerStatistics.Write(profiles));
    }

    /// <summary>Answers <c>GET /models/{m}/versions/{v}/sagemaker/constraints</c>: the baseline's contract with the policy's on top.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>; <see cref="ProblemKind.NotFound"/>: there is neither a baseline nor a contract.</exception>
    public async Task<IResult> ConstraintsAsync(string model, int version, CancellationToken cancel)
    {
        var contract = (await models.GetAsync(ModelName.Parse(model), cancel))?.Policy.Monitoring.Contract ?? new Dictionary<string, ColumnContract>();
        var baseline = contract.Count == 0 ? await BaselineAsync(model, version, cancel) : await baselines.FindAsync(ModelName.Parse(model), version, cancel);
        var features = baseline is null ? [] : Features(baseline).ToArray();
        var known = features.Select(column => column.Watched).ToHashSet(StringComparer.Ordinal);
        return Json(SageMakerConstraints.Write([
            .. features.Select(column => Expected(column.Watched, column.Type, (contract.GetValueOrDefault(column.Watched) ?? new()).Over(baseline!.Contract.GetValueOrDefault(column.Watched) ?? new()))),
            .. contract.Where(column => !known.Contains(column.Key)).Select(column => Expected(column.Key, column.Value.Type, column.Value))]));
    }

    /// <summary>Answers <c>GET /models/{m}/findings/{id}/sagemaker/violations</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> ViolationsAsync(string model, string id, CancellationToken cancel) =>
        Json(SageMakerViolations.Write(await findings.FindAsync(model, id, cancel)));

    private async Task<Baseline> BaselineAsync(string model, int version, CancellationToken cancel) =>
        await baselines.FindAsync(ModelName.Parse(model), version, cancel)
            ?? throw new ProblemException(ProblemKind.NotFound, $"Version {version} of {model} has no baseline.") { Where = "baseline" };

    private static IEnumerable<BaselineColumn> Features(Baseline baseline) => baseline.Columns.Where(column => column.Role == ColumnRole.Feature);

    private static NamedProfile Profile(WindowColumn column)
    {
        if (column.Values.Labels is { } counts)
        {
            var labels = new LabelProfile();
            foreach (var (label, count) in counts) labels.Add(label, count);
            labels.Add(null, column.Missing);
            return new(column.Name, InferredType.String, null, labels);
        }
        var numbers = new ColumnProfile();
        using (column.Values) numbers.Add(column.Values.Sorted);
        numbers.AddMissing(column.Missing + column.NotANumber + column.Infinite);
        return new(column.Name, column.Type == ColumnType.Numeric && IsWhole(numbers) ? InferredType.Integral : InferredType.Fractional, numbers, null);
    }

    // By the values that a sketch keeps: whole ones throughout are whole numbers.
    private static bool IsWhole(ColumnProfile numbers) => numbers.Quantiles.Weighted().All(value => Math.Floor(value.Value) == value.Value);

    private static ExpectedColumn Expected(string name, ColumnType? type, ColumnContract contract) =>
        new(name, (contract.Type ?? type) switch { null => InferredType.Unknown, ColumnType.Categorical or ColumnType.Boolean => InferredType.String, _ => InferredType.Fractional })
        {
            Completeness = contract.Completeness, Minimum = contract.Minimum, Maximum = contract.Maximum, Categories = contract.Categories,
        };

    private static Microsoft.AspNetCore.Http.HttpResults.FileContentHttpResult Json(byte[] file) => TypedResults.Bytes(file, "application/json");
}
