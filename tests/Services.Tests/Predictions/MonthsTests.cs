using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions;

/// <summary>Ten million rows over simulated months: every day is written, compacted, and cut by age. Storage and memory stay where they were after the first month.</summary>
[Collection(nameof(MonthsTests))]
public sealed class MonthsTests(AzuriteFixture azurite)
{
    private const int Days = 100;
    private const int RowsADay = 100_000;
    private const int RowsARequest = 5_000;
    private const int Kept = 20;

    private static readonly float[] Numbers = [.. Enumerable.Range(0, RowsARequest * 3).Select(value => value * 0.01f)];
    private static readonly string?[] Colours = [.. Enumerable.Range(0, RowsARequest).Select(row => $"colour {row % 5}")];
    private static readonly long[] Labels = [.. Enumerable.Range(0, RowsARequest).Select(row => row % 2L)];
    private static readonly float[] Probabilities = [.. Enumerable.Range(0, RowsARequest * 2).Select(value => value % 100 / 100f)];

    [Fact]
    public async Task TenMillionRows_OverMonthsWithRetention_LeaveStorageAndMemoryBounded()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero));
        await using var rig = new LogRig(azurite.ConnectionString, clock);
        // Made before, for what is tried again waits by this clock, which nobody winds meanwhile.
        await rig.Container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var (log, compaction) = (rig.Log(), rig.Compaction());
        var retention = new Retention(rig.Blobs, NullLogger<PredictionReader>.Instance, Microsoft.Extensions.Options.Options.Create(rig.Options), clock, NullLogger<Retention>.Instance);
        var policy = new LoggingPolicy { RetentionDays = Kept, ColdAfterDays = 5 };
        ((long Bytes, int Files) month, var memory) = (default, 0L);
        for (var day = 0; day < Days; day++)
        {
            await WriteDayAsync(rig, log, clock);
            await PatientlyAsync(() => compaction.RunAsync(rig.Model, clock.GetUtcNow() - TimeSpan.FromDays(2), TestContext.Current.CancellationToken));
            await PatientlyAsync(() => retention.RunAsync(rig.Model, policy, TestContext.Current.CancellationToken));
            var stored = await MeasureAsync(rig);
            if (day == Kept + 2) (month, memory) = (stored, GC.GetTotalMemory(forceFullCollection: true));
            if (day > Kept + 2) AssertBounded(month, stored);
        }
        Assert.Equal((Days * (long)RowsADay, 0L), (rig.Counters.Snapshot().Accepted, rig.Counters.Snapshot().Pending));
        // The day that has just begun has no row yet.
        Assert.Equal(Kept * (long)RowsADay, await CountAsync(rig));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 16L << 20);
    }

    // Storage on a starved machine may not answer within the client's patience; the timer's next turn does what this one did not. Whatever else fails is a fault.
    private static async Task PatientlyAsync(Func<Task> turn)
    {
        for (var turns = 1; ; turns++)
        {
            try
            {
                await turn();
                return;
            }
            catch (AggregateException silent) when (turns < 5 && silent.InnerExceptions.All(failure => failure is OperationCanceledException) && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"A turn failed: {silent.Message}");
            }
        }
    }

    private static void AssertBounded((long Bytes, int Files) month, (long Bytes, int Files) now)
    {
        Assert.InRange(now.Bytes, 1, month.Bytes * 11 / 10);
        Assert.InRange(now.Files, 1, month.Files + 8);
    }

    // Four busy hours; the last of them is closed when the day ends.
    private static async Task WriteDayAsync(LogRig rig, PredictionLog log, FakeTimeProvider clock)
    {
        for (var hour = 0; hour < 24; hour++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            if (hour % 6 != 0) continue;
            for (var request = 0; request < RowsADay / RowsARequest / 4; request++) await WriteAsync(rig, log);
            await log.FlushAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task WriteAsync(LogRig rig, PredictionLog log)
    {
        var entry = log.Begin(rig.Model, rig.Schema, LogRig.Header(PredictionId.Create(rig.Clock), RowsARequest))!;
        entry.Tensor<float>(0, Numbers);
        entry.Texts(1, Colours);
        entry.Tensor<long>(2, Labels);
        entry.Tensor<float>(3, Probabilities);
        await log.WriteAsync(entry, TestContext.Current.CancellationToken);
    }

    private static async Task<(long Bytes, int Files)> MeasureAsync(LogRig rig)
    {
        var (bytes, files) = (0L, 0);
        await foreach (var blob in rig.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"model={rig.Model}/", TestContext.Current.CancellationToken))
            (bytes, files) = (bytes + blob.Properties.ContentLength!.Value, files + 1);
        return (bytes, files);
    }

    private static async Task<long> CountAsync(LogRig rig)
    {
        var rows = 0L;
        await foreach (var batch in rig.Reader.ReadAsync(rig.All with { Columns = new HashSet<string> { LogColumns.Status } }, new(), TestContext.Current.CancellationToken))
            using (batch) rows += batch.Length;
        return rows;
    }
}

/// <summary>Alone: the memory that it measures is the process's.</summary>
[CollectionDefinition(nameof(MonthsTests), DisableParallelization = true)]
public sealed class MonthsAlone;
