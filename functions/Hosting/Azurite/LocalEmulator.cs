using System.Net.Sockets;

namespace Serverless.Hosting.Azurite;

/// <summary>The emulator on this machine's well-known ports: used when it answers, started when nothing does.</summary>
internal sealed class LocalEmulator(IReadOnlyList<int> ports, string folder, TimeProvider clock)
{
    private const int MostTries = 20;
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(250);

    public static IReadOnlyList<int> DefaultPorts { get; } = [10000, 10001, 10002];

    /// <summary>What was started, or null when another answers.</summary>
    public async Task<AzuriteServer?> EnsureAsync(CancellationToken cancel)
    {
        var answering = await AnsweringAsync(cancel);
        if (answering.Count == ports.Count) return null;
        if (answering.Count == 0) return await LaunchAsync(cancel);
        return await OthersStartAsync(cancel) ? null : throw new InvalidOperationException(
            $"Port {string.Join(", ", answering)} is taken, but no whole Azurite answers at {string.Join(", ", ports)}. Stop what listens there, or set AzureWebJobsStorage.");
    }

    private async Task<AzuriteServer?> LaunchAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        Console.WriteLine($"Starting Azurite, data in {folder} ...");
        try
        {
            return await AzuriteServer.StartAsync(new AzuriteOptions(folder, ports[0], ports[1], ports[2]), clock, cancel);
        }
        catch (InvalidOperationException) when (!cancel.IsCancellationRequested)
        {
            // Two hosts started at once: the other's Azurite took the ports first.
            if (!await OthersStartAsync(cancel)) throw;
            return null;
        }
    }

    private async Task<bool> OthersStartAsync(CancellationToken cancel)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var answering = await AnsweringAsync(cancel);
            if (answering.Count == ports.Count) return true;
            if (answering.Count == 0) return false;
            await Task.Delay(TryEvery, clock, cancel);
        }
        return false;
    }

    private async Task<List<int>> AnsweringAsync(CancellationToken cancel)
    {
        List<int> answering = [];
        foreach (var port in ports)
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
