using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Serverless.Hosting.Azurite;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Storage;

/// <summary>Sees to it that the local emulator answers when it is the configured storage; ends last what it started.</summary>
internal sealed class StorageLauncher(IConfiguration settings, TimeProvider clock) : IHostedService
{
    private AzuriteServer? started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings[HostSettings.Storage] is { } storage && IsEmulator(storage))
            started = await new LocalEmulator(LocalEmulator.DefaultPorts, Path.Combine(AzuriteInstall.Home, "data"), clock).EnsureAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (started is not null) await started.DisposeAsync();
    }

    private static bool IsEmulator(string storage) =>
        storage.Split(';', StringSplitOptions.TrimEntries).Contains(HostStorage.DevelopmentStorage, StringComparer.OrdinalIgnoreCase);
}
