using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Timers;

/// <summary>Where the Functions host keeps timers' states and locks.</summary>
internal sealed class TimerStateStore(HostStorage storage)
{
    private const string Container = "azure-webjobs-hosts";

    public async Task<TimerState?> ReadAsync(string function, CancellationToken cancel) =>
        await JsonBlob.ReadAsync(await StatusAsync(function, cancel), HostStateJson.Default.TimerState, cancel);

    public async Task WriteAsync(string function, TimerState state, CancellationToken cancel) =>
        await JsonBlob.WriteAsync(await StatusAsync(function, cancel), state, HostStateJson.Default.TimerState, cancel);

    public async Task<Azure.Storage.Blobs.BlobClient> LockAsync(string function, CancellationToken cancel) =>
        (await storage.ContainerAsync(Container, cancel)).GetBlobClient($"locks/{storage.HostId}/Host.Functions.{function}.Listener");

    private async Task<Azure.Storage.Blobs.BlobClient> StatusAsync(string function, CancellationToken cancel) =>
        (await storage.ContainerAsync(Container, cancel)).GetBlobClient($"timers/{storage.HostId}/Host.Functions.{function}/status");
}
