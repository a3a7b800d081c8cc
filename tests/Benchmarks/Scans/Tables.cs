using Apache.Arrow;
using Apache.Arrow.Types;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Benchmarks.Scans;

/// <summary>Seeded rows: normal, uniform, skewed and rounded numbers, and labels of 2 to 50 values.</summary>
internal static class Tables
{
    public const int Numeric = 20, Labelled = 5;
    private const int RowsARequest = 20_000;

    public static readonly ModelName Model = ModelName.Parse("scanned");

    private static readonly int[] LabelCounts = [2, 5, 10, 20, 50];

    private static ServableVersion Version { get; } = new(
        1, Digest.Of(new byte[32]), 1, new Signature(
            [new("x", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Numeric, null)]), .. Enumerable.Range(0, Labelled).Select(k => new ValueSignature($"c{k}", ValueKind.Tensor, ElementType.String, [new(null, "N"), new(1, null)]))],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]),
        null, null, false);

    /// <summary>Writes a day's predictions and compacts them, as it is an hour after the day.</summary>
    public static async Task WriteAsync(BlobServiceClient blobs, PredictionReader reader, int rows, DateTimeOffset day)
    {
        var options = Options.Create(new PredictionLogOptions());
        var counters = new PredictionCounters();
        await blobs.GetBlobContainerClient(Services.Storage.PredictionPaths.Container).CreateIfNotExistsAsync();
        var log = new PredictionLog(blobs, options, counters, TimeProvider.System, NullLogger<PredictionLog>.Instance);
        var schema = PredictionSchema.Of(Version, new LoggingPolicy());
        for (var at = 0; at < rows; at += RowsARequest)
        {
            var count = Math.Min(RowsARequest, rows - at);
            var random = new Random(1_000_000 + at);
            var entry = log.Begin(Model, schema, Predictions.Rows.Header(day + TimeSpan.FromHours(24) * ((double)at / rows), count))!;
            entry.Tensor<float>(0, [.. Enumerable.Range(0, count).SelectMany(_ => Enumerable.Range(0, Numeric).Select(column => Number(random, column)))]);
            for (var column = 0; column < Labelled; column++) entry.Texts(1 + column, [.. Enumerable.Range(0, count).Select(_ => Label(random, column))]);
            entry.Tensor<long>(1 + Labelled, new long[count]);
            await log.WriteAsync(entry, CancellationToken.None);
            if (at % (10 * RowsARequest) == 0) await log.FlushAsync(CancellationToken.None);
        }
        await log.FlushAsync(CancellationToken.None);
        await log.DisposeAsync();
        await new Compaction(blobs, reader, options, counters, TimeProvider.System, NullLogger<Compaction>.Instance).RunAsync(Model, day.AddDays(-1), CancellationToken.None);
    }

    /// <summary>The same kind of rows as a table.</summary>
    public static IEnumerable<RecordBatch> Batches(int rows, int seed)
    {
        var random = new Random(seed);
        for (var at = 0; at < rows; at += RowsARequest)
        {
            var count = Math.Min(RowsARequest, rows - at);
            var fields = Enumerable.Range(0, Numeric).Select(k => new Field($"x_{k}", FloatType.Default, true)).Concat(Enumerable.Range(0, Labelled).Select(k => new Field($"c{k}", StringType.Default, true)));
            IArrowArray[] arrays =
            [
                .. Enumerable.Range(0, Numeric).Select(column => (IArrowArray)new FloatArray.Builder().AppendRange(Enumerable.Range(0, count).Select(_ => Number(random, column))).Build()),
                .. Enumerable.Range(0, Labelled).Select(column => (IArrowArray)new StringArray.Builder().AppendRange(Enumerable.Range(0, count).Select(_ => Label(random, column))).Build()),
            ];
            yield return new(new Schema(fields, null), arrays, count);
        }
    }

    /// <summary>The numeric columns, for the plain way.</summary>
    public static double[][] Columns(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Numeric).Select(column => Enumerable.Range(0, rows).Select(_ => (double)Number(random, column)).ToArray())];
    }

    private static float Number(Random random, int column) => (column % 4) switch
    {
        0 => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())),
        1 => random.NextSingle() * 100,
        2 => (float)-Math.Log(1 - random.NextDouble()),
        _ => MathF.Round(random.NextSingle() * 1_000, 1),
    };

    private static string Label(Random random, int column) => $"label {(int)(random.NextDouble() * random.NextDouble() * LabelCounts[column])}";
}
