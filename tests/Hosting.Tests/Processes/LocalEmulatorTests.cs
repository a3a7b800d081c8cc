using System.Net;
using System.Net.Sockets;
using Serverless.Hosting.Azurite;

namespace Serverless.Hosting.Tests.Processes;

public sealed class LocalEmulatorTests : IDisposable
{
    // Below the range that systems give out by themselves, so that nothing else takes them in between.
    private const int FirstPort = 21_000;
    private readonly string folder = Directory.CreateTempSubdirectory("emulator").FullName;

    [Fact]
    public async Task Emulator_WantedByTwoAtOnce_IsStartedOnceAndUsedByBoth()
    {
        var ports = FreePorts();

        var started = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Ensure(ports)));

        await using var only = Assert.Single(started, server => server is not null);
        Assert.Contains($"127.0.0.1:{ports[0]}/", only!.ConnectionString, StringComparison.Ordinal);
        Assert.Null(await Ensure(ports));
    }

    [Fact]
    public async Task Emulator_WithAStrangerOnOnePort_IsRefusedByThatPort()
    {
        var ports = FreePorts();
        using var stranger = new TcpListener(IPAddress.Loopback, ports[1]);
        stranger.Start();

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => Ensure(ports));

        Assert.Contains($"Port {ports[1]} is taken", problem.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int[] FreePorts()
    {
        List<int> free = [];
        for (var port = FirstPort + (Environment.ProcessId % 9000); free.Count < 3; port++)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                free.Add(port);
            }
            catch (SocketException)
            {
            }
        }
        return [.. free];
    }

    private Task<AzuriteServer?> Ensure(int[] ports) =>
        new LocalEmulator(ports, folder, TimeProvider.System).EnsureAsync(TestContext.Current.CancellationToken);
}
