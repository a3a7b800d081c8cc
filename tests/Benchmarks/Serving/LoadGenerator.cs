using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Serverless.Benchmarks.Serving;

/// <summary>What one round of load measured.</summary>
/// <param name="Requests">Answered with 200.</param>
/// <param name="Seconds">The round's length.</param>
/// <param name="Latencies">Of every request, in ticks of <see cref="Stopwatch"/>, sorted.</param>
internal readonly record struct Load(long Requests, double Seconds, long[] Latencies)
{
    public double PerSecond => Requests / Seconds;

    public double Percentile(double share) => Latencies[(int)Math.Min(Latencies.Length - 1, Latencies.Length * share)] * 1e6 / Stopwatch.Frequency;
}

/// <summary>
/// Sends one request again and again over keep-alive connections, one at a time on each, and reads just enough of the answer to know where it ends.
/// One thread for all of them: what it takes of its core is little, so that storage has the rest.
/// </summary>
internal static class LoadGenerator
{
    /// <summary>Runs for <paramref name="duration"/> against loopback only, then stops by itself.</summary>
    /// <exception cref="InvalidOperationException">An answer was not 200.</exception>
    public static Task<Load> RunAsync(IPEndPoint server, byte[] request, int connections, TimeSpan duration) =>
        RunAsync(server, request, connections, duration, double.PositiveInfinity);

    /// <summary>Sends so many requests a second, at random times; a connection that is late does not wait.</summary>
    public static Task<Load> RunAsync(IPEndPoint server, byte[] request, int connections, TimeSpan duration, double perSecond)
    {
        if (!IPAddress.IsLoopback(server.Address)) throw new ArgumentException("Load goes to loopback only.", nameof(server));
        return Task.Factory.StartNew(() => Run(server, request, connections, duration, perSecond), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>A request's bytes, as every connection sends them.</summary>
    public static byte[] Post(string path, string host, string body) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static Load Run(IPEndPoint server, byte[] request, int connections, TimeSpan duration, double perSecond)
    {
        var all = Enumerable.Range(0, connections).Select(number => new Connection(server, request, new(number), connections / perSecond)).ToArray();
        try
        {
            return Run(all, duration, spins: double.IsPositiveInfinity(perSecond));
        }
        finally
        {
            foreach (var one in all) one.Socket.Dispose();
        }
    }

    // To wake a thread that sleeps costs the server: where there is always something to wait for, none does.
    private static Load Run(Connection[] all, TimeSpan duration, bool spins)
    {
        using var readiness = new Readiness([.. all.Select(one => one.Socket)]);
        Span<int> places = stackalloc int[all.Length];
        var latencies = new List<long>(1 << 20);
        var clock = Stopwatch.StartNew();
        for (var busy = 0; ;)
        {
            var now = clock.Elapsed;
            var over = now >= duration;
            var next = over ? Timeout.InfiniteTimeSpan : spins ? TimeSpan.Zero : duration - now;
            foreach (var one in all)
            {
                if (over || one.Busy) continue;
                if (one.Due <= now)
                {
                    one.Send();
                    busy++;
                }
                else if (one.Due - now < next) next = one.Due - now;
            }
            if (over && busy == 0) break;
            var ready = readiness.Wait(next, places);
            if (spins && ready.IsEmpty) Thread.Yield();
            foreach (var place in ready)
            {
                if (all[place].Receive() is not { } latency) continue;
                latencies.Add(latency);
                busy--;
            }
        }
        var seconds = clock.Elapsed.TotalSeconds;
        latencies.Sort();
        return new(latencies.Count, seconds, [.. latencies]);
    }

    private sealed class Connection
    {
        private readonly byte[] request;
        private readonly byte[] buffer = new byte[64 << 10];
        private readonly Random random;
        private readonly double pause;
        private long start;
        private int count;

        public Connection(IPEndPoint server, byte[] request, Random random, double pause)
        {
            (this.request, this.random, this.pause) = (request, random, pause);
            Due = TimeSpan.FromSeconds(random.NextDouble() * pause);
            Socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(server);
            Socket.Blocking = false;
        }

        public Socket Socket { get; }

        public TimeSpan Due { get; private set; }

        public bool Busy { get; private set; }

        public void Send()
        {
            Busy = true;
            count = 0;
            Due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) * pause);
            start = Stopwatch.GetTimestamp();
            if (Socket.Send(request) != request.Length) throw new InvalidOperationException("The request is larger than the socket's buffer.");
        }

        /// <summary>Reads what is there.</summary>
        /// <returns>How long the answer took; null while some of it is missing.</returns>
        public long? Receive()
        {
            var read = Socket.Receive(buffer.AsSpan(count));
            if (read == 0) throw new InvalidOperationException("The server closed the connection.");
            count += read;
            if (!IsWhole(buffer.AsSpan(0, count)))
                return count < buffer.Length ? null : throw new InvalidOperationException("The answer is larger than the buffer.");
            Busy = false;
            return Stopwatch.GetTimestamp() - start;
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!answer.StartsWith("HTTP/1.1 200"u8))
            throw new InvalidOperationException($"Not answered with 200: {Encoding.UTF8.GetString(answer)}");
        var body = answer[(head + 4)..];
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0) return body.EndsWith("0\r\n\r\n"u8);
        var digits = answer[(length + 16)..head];
        var size = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') break;
            size = (size * 10) + digit - '0';
        }

        return body.Length >= size;
    }
}
