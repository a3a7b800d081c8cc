using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Serverless.Hosting.Azurite;

/// <summary>An Azurite that this process started, and that ends with it however it ends.</summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    // Azurite's well-known development account; not a secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Dictionary<string, int> ports = [];
    private readonly List<string> output = [];
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AzuriteServer(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"Azurite ended with code {process.ExitCode}:\n{Output}"));
    }

    /// <summary>How clients reach it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
        + $"BlobEndpoint={Endpoint("Blob")};QueueEndpoint={Endpoint("Queue")};TableEndpoint={Endpoint("Table")};";

    /// <summary>The process that runs it.</summary>
    public int ProcessId => process.Id;

    private string Output
    {
        get
        {
            lock (output) return string.Join('\n', output);
        }
    }

    /// <summary>Installs Azurite if need be, starts it and waits until it listens.</summary>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var install = await AzuriteInstall.EnsureAsync(clock, cancel);
        var server = new AzuriteServer(StartInfo(install, options));
        try
        {
            server.Start();
            await server.ready.Task.WaitAsync(StartLimit, clock, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to write its data and end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
        }
        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string install, AzuriteOptions options)
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] args =
        [
            AzuriteInstall.Script, install, "--skipApiVersionCheck", "--disableTelemetry", "--silent",
            "--blobPort", Number(options.BlobPort), "--queuePort", Number(options.QueuePort), "--tablePort", Number(options.TablePort),
            .. options.DataFolder is { } folder ? new[] { "--location", folder } : ["--inMemoryPersistence"],
        ];
        foreach (var arg in args) start.ArgumentList.Add(arg);
        return start;
    }

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Azurite (\w+) service is successfully listening at http://[^:]+:(\d+)")]
    private static partial Regex ListeningLine();

    private void Start()
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception problem)
        {
            throw new InvalidOperationException(AzuriteInstall.NodeMissing, problem);
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string Endpoint(string service) => $"http://127.0.0.1:{ports[service]}/{Account}";

    private void Read(string? line)
    {
        if (line is null) return;
        lock (output)
        {
            if (output.Count < 200) output.Add(line);
            if (ListeningLine().Match(line) is { Success: true } match)
                ports[match.Groups[1].Value] = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            if (ports.Count == 3) ready.TrySetResult();
        }
    }
}
