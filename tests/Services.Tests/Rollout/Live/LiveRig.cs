using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Predictions;
using Serverless.Services.Rollout.Live;
using Serverless.Services.Tests.Predictions;
using Serverless.Services.Tests.Predictions.Truth;

namespace Serverless.Services.Tests.Rollout.Live;

/// <summary>One row as it is logged; what is said of it is kept beside, for plain computations.</summary>
internal sealed record LiveRow(PredictionId Id, int Version, string Variant, int Status)
{
    public string? Class { get; init; }

    public double Value { get; init; }

    public int Compute { get; init; } = 40;

    public int Total { get; init; } = 200;

    public string? Key { get; init; }

    public string? Segment { get; init; }
}

/// <summary>A champion (version 1), a candidate (version 2) that takes its features in another order, names its classes the other way round and gives them as text, and their traffic on a real Azurite.</summary>
internal sealed class LiveRig : IAsyncDisposable
{
    public const int Champion = 1;
    public const int Candidate = 2;
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 20, 0, TimeSpan.Zero);
    public static readonly string[] Classes = ["no", "yes"];

    private readonly TaskKind task;
    private readonly TruthRig truth;
    private readonly Dictionary<int, ServableVersion> versions;

    private LiveRig(TaskKind task, TruthRig truth, long rowsAtOnce)
    {
        (this.task, this.truth) = (task, truth);
        versions = (task == TaskKind.Regression ? new[] { Numbers(Champion), Numbers(Candidate) } : [Champions(), Candidates()]).ToDictionary(version => version.Number);
        Live = new(truth.Predictions.Reader, truth.Reader, new((_, _) => Task.FromResult<ModelSnapshot?>(Snapshot()), TimeProvider.System), Clock) { RowsAtOnce = rowsAtOnce };
    }

    public FakeTimeProvider Clock { get; } = new(Start.AddHours(3));

    public LiveEvidence Live { get; }

    public TrafficSplit? Split { get; init; }

    /// <summary>What of the log is not to be read.</summary>
    public LoggingPolicy Logging { get; init; } = new();

    public LogRig Log => truth.Predictions;

    public TruthRig Truth => truth;

    public static async Task<LiveRig> StartAsync(string connection, TaskKind task = TaskKind.BinaryClassification, TrafficSplit? split = null, LoggingPolicy? logging = null, long rowsAtOnce = 1_000_000) =>
        new(task, await TruthRig.StartAsync(connection), rowsAtOnce) { Split = split, Logging = logging ?? new() };

    public RolloutState State(RolloutStage stage) => new(Guid.CreateVersion7(Start), Log.Model.Value, Candidate, Champion, "someone", 0, Start.AddHours(-1))
    {
        Stage = stage,
        Since = Start,
        Entered = ImmutableSortedDictionary<RolloutStage, DateTimeOffset>.Empty.Add(stage, Start),
    };

    /// <summary>A request's id, so many milliseconds after the start.</summary>
    public static PredictionId Id(double milliseconds) => new PredictionId(Guid.CreateVersion7(Start.AddMilliseconds(milliseconds))).Request;

    /// <summary>Logs rows, those of one request and version together.</summary>
    public async Task WriteAsync(IEnumerable<LiveRow> rows, bool compacted = false)
    {
        var log = Log.Log();
        foreach (var request in rows.GroupBy(row => (row.Id.Request, row.Version)))
            await WriteAsync(log, [.. request.OrderBy(row => row.Id.Row)]);
        await log.FlushAsync(default);
        if (compacted) await Log.Compaction().RunAsync(Log.Model, DateTimeOffset.UnixEpoch, default);
    }

    public Task<TruthAnswer> LabelAsync(IEnumerable<(PredictionId Id, object Label, DateTimeOffset Time)> labels) => Truth.PostAsync(Truth.Service(), TruthKind.Labels,
        JsonSerializer.Serialize(new { items = labels.Select(item => new { id = item.Id.ToString(), label = item.Label, time = item.Time.ToString("O", CultureInfo.InvariantCulture) }) }));

    public Task<TruthAnswer> OutcomesAsync(IEnumerable<(PredictionId Id, string Name, object Value)> outcomes, DateTimeOffset? at = null) => Truth.PostAsync(Truth.Service(), TruthKind.Outcomes,
        JsonSerializer.Serialize(new { items = outcomes.Select(item => new { id = item.Id.ToString(), name = item.Name, value = item.Value, time = (at ?? Start.AddDays(1)).ToString("O", CultureInfo.InvariantCulture) }) }));

    public ValueTask DisposeAsync() => Truth.DisposeAsync();

    private ModelSnapshot Snapshot() => new(Log.Model, task, false, ImmutableDictionary<AliasName, int>.Empty, versions.ToImmutableSortedDictionary(), ModelPolicy.Default with { Logging = Logging }, 0) { Traffic = Split };

    private async Task WriteAsync(PredictionLog log, LiveRow[] rows)
    {
        var first = rows[0];
        var segments = first.Segment is null ? null : rows.Select(row => (IReadOnlyList<KeyValuePair<string, string>>)[new("sex", row.Segment!)]).ToList();
        var header = LogRig.Header(first.Id.Request, rows.Length) with
        {
            Version = first.Version, Status = first.Status, Variant = first.Variant, RoutingKey = first.Key, RowSegments = segments,
            Compute = TimeSpan.FromMicroseconds(first.Compute), Total = TimeSpan.FromMicroseconds(first.Total),
        };
        var entry = log.Begin(Log.Model, PredictionSchema.Of(versions[first.Version], Log.Policy), header)!;
        if (first.Variant != "shadow") entry.Tensor<float>(0, [.. rows.SelectMany(_ => new[] { 1f, 2f })]);
        if (first.Status == 200) Outputs(entry, rows, first.Version);
        await log.WriteAsync(entry, default);
    }

    private void Outputs(PredictionEntry entry, LiveRow[] rows, int version)
    {
        var values = rows.Select(row => (float)row.Value);
        if (task == TaskKind.Regression) entry.Tensor<float>(1, [.. values]);
        else if (version == Champion)
        {
            entry.Tensor<long>(1, [.. rows.Select(row => (long)Array.IndexOf(Classes, row.Class))]);
            entry.Tensor<float>(2, [.. values.SelectMany(yes => new[] { 1 - yes, yes })]);
        }
        else
        {
            entry.Texts(1, [.. rows.Select(row => row.Class)]);
            entry.Tensor<float>(2, [.. values.SelectMany(yes => new[] { yes, 1 - yes })]);
        }
    }

    private static ServableVersion Champions() => new(Champion, Digest.Of(new byte[32]), 1, new Signature([Features], [Value("label", ElementType.Int64), Value("probabilities", ElementType.Float, 2)]), ["a", "b"], Classes, false);

    private static ServableVersion Candidates() => new(
        Candidate, Digest.Of(new byte[32]), 1, new Signature([Features], [Value("class_label", ElementType.String), Value("probability", ElementType.Float, 2)]), ["b", "a"], [.. Classes.Reverse()], false);

    private static ServableVersion Numbers(int number) => new(number, Digest.Of(new byte[32]), 1, new Signature([Features], [Value("variable", ElementType.Float, 1)]), ["a", "b"], null, false);

    private static ValueSignature Features => Value("features", ElementType.Float, 2);

    private static ValueSignature Value(string name, ElementType type, int? width = null) =>
        new(name, ValueKind.Tensor, type, width is { } columns ? [new(null, "N"), new(columns, null)] : [new(null, "N")]);
}
