using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Serverless.Hosting.Azurite;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Storage;

/// <summary>Sees to it that the local emulator answers when it is the configured storage; starts Azurite when nothing does, and ends it last.</summary>
internal sealed class StorageLauncher(IConfiguration settings, TimeProvider clock) : IHostedService
{
    private static readonly int[] Ports = [10000, 10001, 10002];
    private AzuriteServer? started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings[HostSettings.Storage] is not { } storage || !IsEmulator(storage)) return;
        var answering = await AnsweringAsync(cancellationToken);
        if (answering.Count == Ports.Length) return;
        if (answering.Count > 0 && !await OthersStartAsync(cancellationToken))
            throw new InvalidOperationException($"Port {string.Join(", ", answering)} is taken, but no whole Azurite answers at {string.Join(", ", Ports)}. Stop what listens there, or set AzureWebJobsStorage.");
        if (answering.Count == 0) await LaunchAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (started is not null) await started.DisposeAsync();
    }

    private static bool IsEmulator(string storage) =>
        storage.Split(';', StringSplitOptions.TrimEntries).Contains(HostStorage.DevelopmentStorage, StringComparer.OrdinalIgnoreCase);

    private async Task LaunchAsync(CancellationToken cancel)
    {
        var folder = Path.Combine(AzuriteInstall.Home, "data");
        Directory.CreateDirectory(folder);
        Console.WriteLine($"Starting Azurite, data in {folder} ...");
        try
        {
            started = await AzuriteServer.StartAsync(new AzuriteOptions(folder, Ports[0], Ports[1], Ports[2]), clock, cancel);
        }
        catch (InvalidOperationException) when (!cancel.IsCancellationRequested)
        {
            // Two hosts started at once: the other's Azurite took the ports first.
            if (!await OthersStartAsync(cancel)) throw;
        }
    }

    private async Task<bool> OthersStartAsync(CancellationToken cancel)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            var answering = await AnsweringAsync(cancel);
            if (answering.Count == Ports.Length) return true;
            if (answering.Count == 0) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(250), clock, cancel);
        }
        return false;
    }

    private static async Task<List<int>> AnsweringAsync(CancellationToken cancel)
    {
        List<int> answering = [];
        foreach (var port in Ports)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync("127.0.0.1", port, cancel);
                answering.Add(port);
            }
            catch (SocketException)
            {
            }
        }
        return answering;
    }
}
