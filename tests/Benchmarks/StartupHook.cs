using System.Net.Sockets;
using System.Runtime;
using System.Runtime.InteropServices;

/// <summary>
/// Loaded by the runtime into a server under measurement, so that the server itself needs no route for it:
/// tells everybody who connects to the socket named in the environment how many bytes the process has allocated, and how many methods it has compiled.
/// </summary>
internal static class StartupHook
{
    /// <summary>Has the runtime load it. A server whose memory is measured sets it to nothing.</summary>
    public const string Variable = "DOTNET_STARTUP_HOOKS";

    public const string SocketVariable = "BENCHMARK_SOCKET";

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
            ReadOnlySpan<long> told = [GC.GetTotalAllocatedBytes(precise: true), JitInfo.GetCompiledMethodCount()];
            client.Send(MemoryMarshal.AsBytes(told));
        }
    }
}
