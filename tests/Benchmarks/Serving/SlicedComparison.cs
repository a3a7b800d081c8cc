using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Azurite;
using Serverless.Services.Predictions;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// Two sides over HTTP: Kestrel and the application on one core, started anew in this process for each slice, so that both run the same compiled code, one side and the other
/// in turn; slices are shorter than what a shared machine's speed takes to change. The load is another process, which shares the other core with the storage. A slice's CPU
/// time runs until its last row is durable.
/// </summary>
internal sealed class SlicedComparison : IAsyncDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(100);

    private readonly AzuriteServer azurite;
    private readonly LoadProcess load;
    private readonly TimeSpan slice;
    private readonly int slices;

    private SlicedComparison(AzuriteServer azurite, LoadProcess load, TimeSpan slice, int slices) => (this.azurite, this.load, this.slice, this.slices) = (azurite, load, slice, slices);

    /// <summary>How many slices of which length each side of a pair has.</summary>
    public string Description => $"{slices} slices of {slice.TotalMilliseconds} ms";

    /// <summary>Of this process, which runs on the server's core; the storage and the load do not.</summary>
    public static async Task<SlicedComparison> StartAsync(TimeSpan slice, int slices)
    {
        var azurite = await OneProcess.StartStorageAsync();
        var load = LoadProcess.Start();
        using (var app = await HostedApp.StartAsync(azurite.ConnectionString, Suite.WithoutScans)) await Side.RegisterAsync(app.Url);
        return new(azurite, load, slice, slices);
    }

    public async Task<SlicedRound[]> RunAsync(Side with, Side without, int connections, int pairs)
    {
        var rounds = new List<SlicedRound>();
        // The first pair compiles.
        for (var pair = -1; pair < pairs; pair++) rounds.Add(await PairAsync(with, without, connections));
        return [.. rounds.Skip(1)];
    }

    public async ValueTask DisposeAsync()
    {
        load.Dispose();
        await azurite.DisposeAsync();
    }

    private async Task<SlicedRound> PairAsync(Side with, Side without, int connections)
    {
        var (on, off) = (new SlicedSide(), new SlicedSide());
        for (var number = 0; number < slices; number++)
        {
            if (number % 2 == 0) on += await MeasureAsync(with, connections);
            off += await MeasureAsync(without, connections);
            if (number % 2 != 0) on += await MeasureAsync(with, connections);
        }
        return new(on, off);
    }

    private async Task<SlicedSide> MeasureAsync(Side side, int connections)
    {
        using var app = await HostedApp.StartAsync(azurite.ConnectionString, side.AllSettings);
        await load.RunAsync(app.Url, side, connections, WarmUp);
        var log = app.Services.GetRequiredService<PredictionLog>();
        var counters = app.Services.GetRequiredService<PredictionCounters>();
        await log.FlushAsync(CancellationToken.None);
        GC.Collect();
        var (before, cpu, bytes) = (counters.Snapshot(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        var (requests, seconds) = await load.RunAsync(app.Url, side, connections, slice);
        await log.FlushAsync(CancellationToken.None);
        var (spent, allocated, after) = (Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - bytes, counters.Snapshot());
        return new(requests, requests * side.Rows, seconds, spent, allocated, after.Appends - before.Appends, after.Bytes - before.Bytes);
    }
}

/// <summary>A pair of rounds.</summary>
internal readonly record struct SlicedRound(SlicedSide With, SlicedSide Without);

/// <summary>What one side's slices of a round come to.</summary>
internal readonly record struct SlicedSide(long Requests, long Rows, double Seconds, TimeSpan Cpu, long Allocated, long Appends, long Stored)
{
    public double PerSecond => Requests / Seconds;

    public double Microseconds => Cpu.TotalMicroseconds / Requests;

    public double Bytes => Allocated / (double)Requests;

    public double AppendsOfThousandRows => Appends * 1000.0 / Rows;

    public double StoredOfRow => Stored / (double)Rows;

    public static SlicedSide operator +(SlicedSide one, SlicedSide other) => new(
        one.Requests + other.Requests, one.Rows + other.Rows, one.Seconds + other.Seconds, one.Cpu + other.Cpu, one.Allocated + other.Allocated, one.Appends + other.Appends, one.Stored + other.Stored);
}

/// <summary>Rounds as the cells of a table: medians with their intervals.</summary>
internal static class SlicedRounds
{
    /// <summary>What a side has without, and how many times that with.</summary>
    public static string Ratio(this SlicedRound[] rounds, Func<SlicedSide, double> figure, string format) =>
        $"{Spread.Interval(rounds.Select(round => figure(round.Without)), format)} | {Spread.Interval(rounds.Select(round => figure(round.With) / figure(round.Without)), "0.000")}";

    /// <summary>How much more it is with.</summary>
    public static string More(this SlicedRound[] rounds, Func<SlicedSide, double> figure) => Spread.Interval(rounds.Select(round => figure(round.With) - figure(round.Without)), "0");

    /// <summary>What it is with.</summary>
    public static string With(this SlicedRound[] rounds, Func<SlicedSide, double> figure, string format) => Spread.Interval(rounds.Select(round => figure(round.With)), format);
}
