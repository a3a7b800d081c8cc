using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Serverless.Testing;

/// <summary>A real Prometheus on a free port of loopback, its data in a folder of its own: gone when disposed.</summary>
public sealed partial class PrometheusServer : IAsyncDisposable
{
    private const string ReadyLine = "Server is ready to receive web requests.";

    // It never outlives the tests: the pipe to its standard input ends with them.
    private const string UntilInputEnds = "exec 3<&0; prometheus \"$@\" & child=$!; (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) & wait $child";

    private readonly string folder = Directory.CreateTempSubdirectory("prometheus-").FullName;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient client = new();
    private readonly Process process = new() { EnableRaisingEvents = true };
    private bool started;
    private Uri? address;

    private PrometheusServer()
    {
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"Prometheus ended before it listened:\n{output}"));
    }

    /// <summary>Starts it with a configuration's text and files that stand beside it.</summary>
    public static async Task<PrometheusServer> StartAsync(string configuration, IReadOnlyDictionary<string, string> files, CancellationToken cancel)
    {
        await Promtool.ReadyAsync();
        var server = new PrometheusServer();
        try
        {
            foreach (var (name, text) in files) await File.WriteAllTextAsync(Path.Combine(server.folder, name), text, cancel);
            await File.WriteAllTextAsync(Path.Combine(server.folder, "prometheus.yml"), configuration, cancel);
            server.Start();
            server.client.BaseAddress = await server.listening.Task.WaitAsync(Patience.Limit, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks its HTTP API, and gives back <c>data</c>.</summary>
    /// <exception cref="InvalidOperationException">It refuses the question; the message says why.</exception>
    public async Task<JsonElement> AskAsync(string path, CancellationToken cancel, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = form.Length == 0 ? await client.GetAsync(path, cancel) : await client.PostAsync(path, content, cancel);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancel);
        return answer.IsSuccessStatusCode ? body.GetProperty("data") : throw new InvalidOperationException(body.GetProperty("error").GetString());
    }

    /// <summary>Everything that it has said.</summary>
    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (started)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex("msg=\"Listening on\" address=(\\S+)")]
    private static partial Regex ListeningLine();

    private void Start()
    {
        string[] arguments =
        [
            "-c", UntilInputEnds, "sh", $"--config.file={Path.Combine(folder, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(folder, "data")}", "--web.listen-address=127.0.0.1:0",
        ];
        process.StartInfo = new ProcessStartInfo("sh", arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        started = process.Start();
        process.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
        if (ListeningLine().Match(line) is { Success: true } match) address = new Uri($"http://{match.Groups[1].Value}");
        // It listens before it answers: until then everything is 503.
        if (line.Contains(ReadyLine, StringComparison.Ordinal) && address is { } known) listening.TrySetResult(known);
    }
}
