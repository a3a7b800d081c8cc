using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Benchmarks.Predictions;

/// <summary>A model of 30 numeric features and its rows, two decimals each as measured data has them.</summary>
internal sealed class Rows
{
    public const int Features = 30;

    public static readonly ModelName Model = ModelName.Parse("benchmark");

    private readonly float[] inputs;

    public Rows(int rows)
    {
        var random = new Random(1);
        Count = rows;
        inputs = [.. Enumerable.Range(0, rows * Features).Select(_ => MathF.Round(random.NextSingle() * 100, 2))];
    }

    public int Count { get; }

    public static ServableVersion Version { get; } = new(
        1, Digest.Of(new byte[32]), 1, new Signature(
            [new("features", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Features, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")]), new("probabilities", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(2, null)])]),
            null, null, false);

    public static PredictionSchema Schema { get; } = PredictionSchema.Of(Version, new LoggingPolicy { FlushAfter = TimeSpan.FromSeconds(1) });

    /// <summary>All rows as requests of a size, as serving hands them over.</summary>
    public IEnumerable<PredictionEntry> Entries(int perRequest, DateTimeOffset start, TimeSpan span)
    {
        var labels = new long[perRequest];
        var probabilities = new float[perRequest * 2];
        for (var at = 0; at + perRequest <= Count; at += perRequest)
        {
            var entry = new PredictionEntry(Model, Schema, Header(start + span * ((double)at / Count), perRequest));
            entry.Tensor<float>(0, inputs.AsSpan(at * Features, perRequest * Features));
            entry.Tensor<long>(1, labels);
            entry.Tensor<float>(2, probabilities);
            yield return entry;
        }
    }

    public static PredictionHeader Header(DateTimeOffset at, int rows) => new()
    {
        Id = new PredictionId(Guid.CreateVersion7(at)).Request,
        Rows = rows,
        Version = 1,
        Status = 200,
        Variant = "champion",
        Reason = "alias",
        Compute = TimeSpan.FromMicroseconds(at.Microsecond % 50),
        Total = TimeSpan.FromMicroseconds(100 + at.Microsecond % 50),
    };

    /// <summary>The feature columns one by one, for baselines.</summary>
    public float[] Column(int feature)
    {
        var column = new float[Count];
        for (var row = 0; row < Count; row++) column[row] = inputs[row * Features + feature];
        return column;
    }
}
