using System.Collections.Immutable;
using System.Diagnostics;
using Apache.Arrow;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Benchmarks.Predictions;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Rollout.Live;

namespace Serverless.Benchmarks.Rollout;

/// <summary>What a look at a week of shadowing costs: the first one, the next ones, one after late labels; beside it the log's own reader over the same columns.</summary>
internal static class LiveBenchmark
{
    private const int Rounds = 5;
    private const int PerRequest = 10;
    private const int LabelEach = 10;
    private const int Late = 1_000;
    private static readonly DateTimeOffset Start = new(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Start.AddDays(7).AddMinutes(30);
    private static readonly HashSet<string> Columns = ["id", "version", "variant", "status", "compute_us", "output_label", "output_probabilities_1"];

    public static async Task RunAsync(string[] args)
    {
        var count = args is [var number, ..] ? int.Parse(number, null) : 1_000_000;
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions(), TimeProvider.System, CancellationToken.None);
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var folder = Directory.CreateTempSubdirectory().FullName;
        var options = Options.Create(new PredictionLogOptions { MaximumBytes = 1L << 30, LedgerFolder = folder });
        var (reader, truth) = (new PredictionReader(blobs, NullLogger<PredictionReader>.Instance), new TruthReader(blobs, NullLogger<PredictionReader>.Instance));
        var ids = await PredictAsync(count, blobs, options, reader);
        await LabelAsync(ids.Where((_, at) => at % LabelEach == 0), blobs, options, reader);
        Console.WriteLine($"{count:N0} rows of a champion and as many of a shadow, {PerRequest} a request, over 7 days; {count / LabelEach:N0} labels");
        await LookAsync(ids, blobs, options, reader, truth);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task LookAsync(List<PredictionId> ids, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader, TruthReader truth)
    {
        var (first, next, late, alone, clock) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new StandingClock());
        var (kept, rows) = (0.0, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var live = new LiveEvidence(reader, truth, new((_, _) => Task.FromResult<ModelSnapshot?>(Snapshot()), TimeProvider.System), clock);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            alone.Add(await TimeAsync(() => ReadAsync(reader)));
            first.Add(await TimeAsync(async () => rows = (await live.ShadowAsync(State(), new RolloutPolicy(), default)).Tally.Rows));
            // Later rounds begin with what the one before had kept.
            if (round == 0) kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(1 << 20);
            next.Add(await TimeAsync(() => live.ShadowAsync(State(), new RolloutPolicy(), default)));
            var shift = round + 1;
            await LabelAsync(ids.Where((_, at) => at % (ids.Count / Late) == shift), blobs, options, reader);
            late.Add(await TimeAsync(() => live.ShadowAsync(State(), new RolloutPolicy(), default)));
            GC.KeepAlive(live);
        }
        if (rows != ids.Count) throw new InvalidOperationException($"{rows} rows were compared, not {ids.Count}.");
        Console.WriteLine($"first look: {Spread.Of(first).Show("F2")} s; the log's own reader over the same columns of the same rows: {Spread.Of(alone).Show("F2")} s");
        Console.WriteLine($"next look: {Spread.Of(next).Show("F2")} s; after {Late:N0} late labels over all hours: {Spread.Of(late).Show("F2")} s; kept in memory: {kept:F1} MB");
    }

    private static async Task<List<PredictionId>> PredictAsync(int count, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader)
    {
        var (ids, counters, random) = (new List<PredictionId>(count), new PredictionCounters(), new Random(1));
        await using (var log = new PredictionLog(blobs, options, counters, TimeProvider.System, NullLogger<PredictionLog>.Instance))
        {
            for (var at = 0; at < count; at += PerRequest)
            {
                var header = Rows.Header(Start + (End - Start) * ((double)at / count), PerRequest);
                ids.AddRange(Enumerable.Range(0, PerRequest).Select(header.Id.ForRow));
                await log.WriteAsync(Entry(header, random), default);
                await log.WriteAsync(Entry(header with { Version = 2, Variant = "shadow" }, random), default);
            }
            await log.FlushAsync(default);
        }
        await new Compaction(blobs, reader, options, counters, TimeProvider.System, NullLogger<Compaction>.Instance).RunAsync(Rows.Model, Start, default);
        return ids;
    }

    private static PredictionEntry Entry(PredictionHeader header, Random random)
    {
        var entry = new PredictionEntry(Rows.Model, Rows.Schema, header);
        float[] yes = [.. Enumerable.Range(0, PerRequest).Select(_ => random.NextSingle())];
        if (header.Version == 1) entry.Tensor<float>(0, [.. Enumerable.Range(0, PerRequest * Rows.Features).Select(_ => MathF.Round(random.NextSingle() * 100, 2))]);
        entry.Tensor<long>(1, [.. yes.Select(one => one > 0.5f ? 1L : 0)]);
        entry.Tensor<float>(2, [.. yes.SelectMany(one => new[] { 1 - one, one })]);
        return entry;
    }

    private static async Task LabelAsync(IEnumerable<PredictionId> ids, BlobServiceClient blobs, IOptions<PredictionLogOptions> options, PredictionReader reader)
    {
        var service = new TruthService(blobs, reader, new ModelSnapshots((_, _) => throw new NotSupportedException(), TimeProvider.System), new(), options, TimeProvider.System, NullLogger<PredictionReader>.Instance);
        foreach (var batch in ids.Chunk(TruthDocument.MaximumItems))
            await service.AcceptAsync(Rows.Model, TruthKind.Labels, [.. batch.Select((id, at) => TruthItem.Of(TruthKind.Labels, at, id.ToString(), null, TruthValue.Of(id.Row % 2 == 0), null, End))], default);
        await new TruthCompaction(blobs, reader, new(), NullLogger<PredictionReader>.Instance).RunAsync(Rows.Model, Start, default);
    }

    private static async Task ReadAsync(PredictionReader reader)
    {
        await foreach (RecordBatch batch in reader.ReadAsync(new(Rows.Model, Start, End) { Columns = Columns, Shadows = true }, new(), default)) batch.Dispose();
    }

    private static ModelSnapshot Snapshot() => new(
        Rows.Model, TaskKind.BinaryClassification, false, ImmutableDictionary<AliasName, int>.Empty,
        new[] { Rows.Version, Rows.Version with { Number = 2 } }.ToImmutableSortedDictionary(version => version.Number, version => version), ModelPolicy.Default, 0);

    private static RolloutState State() => new(Guid.CreateVersion7(Start), Rows.Model.Value, 2, 1, "someone", 0, Start)
    {
        Stage = RolloutStage.Shadowing, Since = Start, Entered = ImmutableSortedDictionary<RolloutStage, DateTimeOffset>.Empty.Add(RolloutStage.Shadowing, Start),
    };

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalSeconds;
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => End;
    }
}
