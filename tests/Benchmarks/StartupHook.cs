using System.Net.Sockets;

/// <summary>
/// Loaded by the runtime into a server under measurement (DOTNET_STARTUP_HOOKS), so that the server itself needs no route for it:
/// tells everybody who connects to the socket named in the environment how many bytes the process has allocated.
/// </summary>
internal static class StartupHook
{
    public const string SocketVariable = "BENCHMARK_ALLOCATION_SOCKET";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { } path) return;
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        new Thread(() => Answer(listener)) { IsBackground = true }.Start();
    }

    private static void Answer(Socket listener)
    {
        while (true)
        {
            using var client = listener.Accept();
            client.Send(BitConverter.GetBytes(GC.GetTotalAllocatedBytes(precise: true)));
        }
    }
}
