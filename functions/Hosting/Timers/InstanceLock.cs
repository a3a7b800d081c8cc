using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Timers;

/// <summary>A blob's lease, held by one instance at a time and renewed; when its holder dies it ends and another takes it.</summary>
internal sealed class InstanceLock : IAsyncDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);
    private readonly BlobLeaseClient lease;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource done = new();
    private readonly Task renewing;

    private InstanceLock(BlobLeaseClient lease, TimeProvider clock)
    {
        (this.lease, this.clock) = (lease, clock);
        renewing = RenewAsync();
    }

    /// <summary>Ends when the lease could not be renewed: another instance may hold it.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Null while another instance holds it.</summary>
    public static async Task<InstanceLock?> TryAcquireAsync(BlobClient blob, TimeProvider clock, CancellationToken cancel)
    {
        var lease = blob.GetBlobLeaseClient();
        for (var tries = 0; ; tries++)
        {
            try
            {
                await lease.AcquireAsync(Length, cancellationToken: cancel);
                return new InstanceLock(lease, clock);
            }
            catch (RequestFailedException problem) when (problem.Status == 404 && tries == 0)
            {
                await CreateAsync(blob, cancel);
            }
            catch (RequestFailedException problem) when (problem.Status is 409 or 412)
            {
                return null;
            }
        }
    }

    /// <summary>Gives it back, so that another instance need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await done.CancelAsync();
        await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (!lost.IsCancellationRequested) await lease.ReleaseAsync(cancellationToken: CancellationToken.None);
        }
        catch (Exception problem) when (StorageFault.Is(problem, CancellationToken.None))
        {
            // It ends by itself.
        }
        lost.Dispose();
        done.Dispose();
    }

    private static async Task CreateAsync(BlobClient blob, CancellationToken cancel)
    {
        try
        {
            await blob.UploadAsync(BinaryData.Empty, overwrite: false, cancel);
        }
        catch (RequestFailedException problem) when (problem.Status is 409 or 412)
        {
        }
    }

    private async Task RenewAsync()
    {
        var renewed = clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(Renewal, clock, done.Token);
            try
            {
                await lease.RenewAsync(cancellationToken: done.Token);
                renewed = clock.GetTimestamp();
            }
            catch (Exception problem) when (StorageFault.Is(problem, done.Token))
            {
                var refused = problem is RequestFailedException { Status: 409 or 412 or 404 };
                if (!refused && clock.GetElapsedTime(renewed) < Length - Renewal) continue;
                await lost.CancelAsync();
                return;
            }
        }
    }
}
