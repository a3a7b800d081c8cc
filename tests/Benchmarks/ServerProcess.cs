using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Serverless.Benchmarks;

/// <summary>A server under measurement: a process of its own, so that client and server share no heap; ended when disposed.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly string socket;
    private bool ended;

    private ServerProcess(Process process, Uri url, string socket) => (this.process, Url, this.socket) = (process, url, socket);

    public Uri Url { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Url.Host), Url.Port);

    public int Id => process.Id;

    public TimeSpan CpuTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public long WorkingSet
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public long PeakWorkingSet
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts a program and waits for the line in which it says where it listens.</summary>
    /// <param name="cores">Where it may run; null for everywhere.</param>
    public static async Task<ServerProcess> StartAsync(string dll, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? cores)
    {
        var start = Cores.Command(cores, "dotnet", [dll, .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardInput) = (true, true);
        var socket = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        start.Environment[StartupHook.Variable] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.SocketVariable] = socket;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is not { Success: true } match) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new(process, new Uri(match.Value), socket);
        }

        throw new InvalidOperationException($"{dll} ended before it listened.");
    }

    /// <summary>Bytes that the server has allocated on its managed heap since it started.</summary>
    public long AllocatedBytes() => Told()[0];

    /// <summary>
    /// Puts load on it until the runtime has compiled what that load needs: on one core that is always busy, the last tier takes a minute.
    /// Two rounds in which nothing was compiled end it, or two minutes (a timer's work may compile something at any time).
    /// </summary>
    public async Task WarmAsync(Func<Task> round)
    {
        var clock = Stopwatch.StartNew();
        for (var quiet = 0; quiet < 2 && clock.Elapsed < LongestWarmUp;)
        {
            var before = Told()[1];
            await round();
            quiet = Told()[1] == before ? quiet + 1 : 0;
        }
    }

    private long[] Told()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(socket));
        var told = new long[2];
        client.Receive(MemoryMarshal.AsBytes(told.AsSpan()));
        return told;
    }

    public void Dispose()
    {
        if (ended) return;
        ended = true;
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        File.Delete(socket);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex Listening();
}
