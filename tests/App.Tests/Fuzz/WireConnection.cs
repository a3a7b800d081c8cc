using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Serverless.Testing;

namespace Serverless.App.Tests.Fuzz;

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its status; 0 when the connection was closed without one.</param>
/// <param name="Type">Its media type; empty when it has none.</param>
/// <param name="Body">Its body as text.</param>
/// <param name="Closes">Whether the connection ends with it, as after a request that the server itself refuses.</param>
internal sealed record WireAnswer(int Status, string Type, string Body, bool Closes);

/// <summary>What becomes of a connection after a request.</summary>
internal enum WireEnd
{
    /// <summary>The next request takes it.</summary>
    GoesOn,
    /// <summary>Nobody knows what the server makes of the rest: it is closed.</summary>
    Closes,
    /// <summary>Nothing more is sent, though more has been promised.</summary>
    CutOff,
}

/// <summary>HTTP/1.1 by hand, because no client sends what is to be sent here.</summary>
internal sealed class WireConnection(Uri address) : IDisposable
{
    private const int Longest = 64 << 20;

    private TcpClient? client;

    /// <summary>Sends bytes and reads the answer.</summary>
    /// <param name="request">All that is sent.</param>
    /// <param name="end">How the connection goes on.</param>
    /// <param name="bodyless">Whether no body follows the head of the answer.</param>
    public async Task<WireAnswer> SendAsync(byte[] request, WireEnd end = WireEnd.GoesOn, bool bodyless = false)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var reused = client is not null;
        var answer = await TryAsync(request, end, bodyless, patience.Token);
        // The host may have closed what stood idle, before it has read a byte.
        return answer.Status == 0 && reused ? await TryAsync(request, end, bodyless, patience.Token) : answer;
    }

    public void Dispose() => Close();

    private async Task<WireAnswer> TryAsync(byte[] request, WireEnd end, bool bodyless, CancellationToken cancel)
    {
        try
        {
            var (answer, ends) = await ExchangeAsync(request, end, bodyless, cancel);
            if (ends) Close();
            return answer;
        }
        catch (Exception broken) when (broken is IOException or SocketException)
        {
            Close();
            return new(0, "", broken.Message, true);
        }
    }

    private async Task<(WireAnswer Answer, bool Ends)> ExchangeAsync(byte[] request, WireEnd end, bool bodyless, CancellationToken cancel)
    {
        if (client is null)
        {
            client = new TcpClient { NoDelay = true, LingerState = new(true, 0) };
            await client.ConnectAsync(address.Host, address.Port, cancel);
        }

        var stream = client.GetStream();
        var written = await WriteAsync(stream, request, cancel);
        if (written && end == WireEnd.CutOff) client.Client.Shutdown(SocketShutdown.Send);
        var answer = await ReadAsync(stream, bodyless, cancel);
        return (answer, answer.Closes || end != WireEnd.GoesOn || !written);
    }

    // Who is refused for his head is not listened to any further; the answer may be there.
    private static async Task<bool> WriteAsync(NetworkStream stream, byte[] request, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(request, cancel);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<WireAnswer> ReadAsync(NetworkStream stream, bool bodyless, CancellationToken cancel)
    {
        var bytes = new List<byte>();
        while (true)
        {
            var end = await HeadAsync(stream, bytes, cancel);
            if (end < 0) throw new IOException("Closed without an answer.");
            var lines = Encoding.Latin1.GetString([.. bytes[..end]]).Split("\r\n");
            var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            bytes.RemoveRange(0, end + 4);
            // 100 Continue is no answer yet.
            if (status < 200) continue;
            var headers = lines[1..].Select(line => line.Split(':', 2)).ToLookup(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
            if (!bodyless && status is not (204 or 304)) await BodyAsync(stream, bytes, headers, cancel);
            return new(status, headers["Content-Type"].FirstOrDefault() ?? "", Encoding.UTF8.GetString([.. bytes]), headers["Connection"].Contains("close"));
        }
    }

    private static async Task<int> HeadAsync(NetworkStream stream, List<byte> bytes, CancellationToken cancel)
    {
        for (var from = 0; ;)
        {
            for (; from + 3 < bytes.Count; from++)
                if (bytes[from] == '\r' && bytes[from + 1] == '\n' && bytes[from + 2] == '\r' && bytes[from + 3] == '\n') return from;
            if (!await MoreAsync(stream, bytes, cancel)) return -1;
        }
    }

    private static async Task BodyAsync(NetworkStream stream, List<byte> bytes, ILookup<string, string> headers, CancellationToken cancel)
    {
        if (headers["Content-Length"].FirstOrDefault() is { } length)
        {
            var expected = int.Parse(length, CultureInfo.InvariantCulture);
            while (bytes.Count < expected) if (!await MoreAsync(stream, bytes, cancel)) throw new IOException("The answer was cut off.");
            // What follows answers what stood behind a length that was too short.
            bytes.RemoveRange(expected, bytes.Count - expected);
            return;
        }

        var chunked = headers["Transfer-Encoding"].Contains("chunked");
        List<byte>? whole = null;
        while (!chunked || (whole = Joined(bytes)) is null)
            if (!await MoreAsync(stream, bytes, cancel)) { if (chunked) throw new IOException("The answer was cut off."); return; }
        bytes.Clear();
        bytes.AddRange(whole!);
    }

    // Each chunk says in hexadecimal how long it is, on a line of its own; the last one is empty, and what follows it answers what stood behind a length
    // that was too short. Null where more is to come.
    private static List<byte>? Joined(List<byte> chunks)
    {
        var whole = new List<byte>();
        for (var at = 0; at < chunks.Count;)
        {
            var end = chunks.IndexOf((byte)'\r', at);
            var length = end < 0 ? int.MaxValue : int.Parse(Encoding.Latin1.GetString([.. chunks[at..end]]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (length > chunks.Count - end - 4) return null;
            if (length == 0) return whole;
            whole.AddRange(chunks[(end + 2)..(end + 2 + length)]);
            at = end + 2 + length + 2;
        }

        return null;
    }

    private static async Task<bool> MoreAsync(NetworkStream stream, List<byte> bytes, CancellationToken cancel)
    {
        var buffer = new byte[16 << 10];
        var count = await stream.ReadAsync(buffer, cancel);
        bytes.AddRange(buffer.AsSpan(0, count));
        return bytes.Count <= Longest ? count > 0 : throw new InvalidDataException("An endless answer.");
    }

    private void Close()
    {
        client?.Dispose();
        client = null;
    }
}
