using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Serverless.Benchmarks.Serving;

/// <summary>A load generator in a process of its own, on other cores: its work is not counted as the server's. Asked line by line.</summary>
internal sealed class LoadProcess : IDisposable
{
    private readonly Process process;

    private LoadProcess(Process process) => this.process = process;

    public static LoadProcess Start()
    {
        var start = Cores.Command(Cores.Others, "dotnet", typeof(LoadProcess).Assembly.Location, "load");
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        return new(Process.Start(start)!);
    }

    /// <summary>What that process does: answers each line with how many requests were answered, and in how many seconds.</summary>
    public static async Task AnswerAsync(string[] args)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var (server, connections, seconds) = (new Uri(words[0]), int.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture));
            var load = await LoadGenerator.RunAsync(
                new(IPAddress.Loopback, server.Port), LoadGenerator.Post($"/v2/models/{words[3]}/infer", server.Authority, Requests.Infer(int.Parse(words[4], CultureInfo.InvariantCulture))),
                connections, TimeSpan.FromSeconds(seconds));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load.Requests} {load.Seconds}"));
        }
    }

    /// <summary>Has a side's model predict its rows, again and again.</summary>
    public async Task<(long Requests, double Seconds)> RunAsync(Uri server, Side side, int connections, TimeSpan length)
    {
        await process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{server} {connections} {length.TotalSeconds} {side.Model} {side.Rows}"));
        await process.StandardInput.FlushAsync();
        var words = (await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The load generator has ended.")).Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
