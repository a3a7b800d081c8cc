using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Serverless.Benchmarks.Serving;

/// <summary>Tells one thread which of many sockets can be read (Linux: <c>epoll</c>), without a thread pool's hand-overs.</summary>
internal sealed partial class Readiness : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;

    // struct epoll_event is packed on x86-64 alone: events, then what the caller wants to be told.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int Tag = Stride - sizeof(long);

    private readonly int handle = Checked(Create(0));
    private readonly byte[] events;

    /// <summary>Watches these; each is told by its place.</summary>
    public Readiness(IReadOnlyList<Socket> sockets)
    {
        events = new byte[sockets.Count * Stride];
        for (var place = 0; place < sockets.Count; place++)
        {
            var one = events.AsSpan(0, Stride);
            MemoryMarshal.Write(one, Readable);
            MemoryMarshal.Write(one[Tag..], (long)place);
            Checked(Control(handle, Add, (int)sockets[place].Handle, one));
        }
    }

    /// <summary>Waits until one can be read, or so long. The places of those that can be, until it is called again.</summary>
    /// <param name="limit">Negative: as long as it takes.</param>
    /// <param name="places">As long as there are sockets.</param>
    public ReadOnlySpan<int> Wait(TimeSpan limit, Span<int> places)
    {
        // struct timespec: seconds, nanoseconds.
        Span<long> time = [limit.Ticks / TimeSpan.TicksPerSecond, limit.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick];
        var count = Checked(Wait(handle, events, events.Length / Stride, limit < TimeSpan.Zero ? default : time, 0));
        for (var at = 0; at < count; at++) places[at] = (int)MemoryMarshal.Read<long>(events.AsSpan((at * Stride) + Tag));
        return places[..count];
    }

    public void Dispose() => _ = Close(handle);

    private static int Checked(int result) => result >= 0 ? result : throw new InvalidOperationException($"epoll: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int handle, int what, int socket, Span<byte> one);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int Wait(int handle, Span<byte> events, int most, Span<long> limit, nint signals);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
