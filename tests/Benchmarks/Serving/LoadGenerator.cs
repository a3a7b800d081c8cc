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

/// <summary>Sends one request again and again over keep-alive connections, one at a time on each, and reads just enough of the answer to know where it ends.</summary>
internal static class LoadGenerator
{
    /// <summary>Runs for <paramref name="duration"/> against loopback only, then stops by itself.</summary>
    /// <exception cref="InvalidOperationException">An answer was not 200.</exception>
    public static Task<Load> RunAsync(IPEndPoint server, byte[] request, int connections, TimeSpan duration) =>
        RunAsync(server, request, connections, duration, double.PositiveInfinity);

    /// <summary>Sends so many requests a second, at random times; a connection that is late does not wait.</summary>
    public static async Task<Load> RunAsync(IPEndPoint server, byte[] request, int connections, TimeSpan duration, double perSecond)
    {
        if (!IPAddress.IsLoopback(server.Address)) throw new ArgumentException("Load goes to loopback only.", nameof(server));
        var clock = Stopwatch.StartNew();
        var sent = await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(() => OneAsync(server, request, clock, duration, new(number), connections / perSecond))));
        var seconds = clock.Elapsed.TotalSeconds;
        var latencies = sent.SelectMany(one => one).ToArray();
        Array.Sort(latencies);
        return new(latencies.Length, seconds, latencies);
    }

    /// <summary>A request's bytes, as every connection sends them.</summary>
    public static byte[] Post(string path, string host, string body) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static async Task<List<long>> OneAsync(IPEndPoint server, byte[] request, Stopwatch clock, TimeSpan duration, Random random, double pause)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        var latencies = new List<long>(1 << 16);
        var buffer = new byte[64 << 10];
        for (var due = TimeSpan.FromSeconds(random.NextDouble() * pause); clock.Elapsed < duration; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) * pause))
        {
            if (due > clock.Elapsed) await Task.Delay(due - clock.Elapsed, TimeProvider.System);
            var start = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            await ReadAnswerAsync(socket, buffer);
            latencies.Add(Stopwatch.GetTimestamp() - start);
        }

        return latencies;
    }

    private static async Task ReadAnswerAsync(Socket socket, byte[] buffer)
    {
        var count = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(count));
            if (read == 0) throw new InvalidOperationException("The server closed the connection.");
            count += read;
            if (IsWhole(buffer.AsSpan(0, count))) return;
            if (count == buffer.Length) throw new InvalidOperationException("The answer is larger than the buffer.");
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
