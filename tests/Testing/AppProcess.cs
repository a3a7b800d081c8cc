using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Serverless.Testing;

/// <summary>The built application as a process of its own, on a free port of loopback. It never outlives the tests: its standard input ends with them.</summary>
public sealed partial class AppProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The application ended before it listened:\n{Output}"));
    }

    /// <summary>The application's assembly, as built with the tests.</summary>
    public static string AppAssembly { get; } = typeof(AppProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "AppUnderTest").Value!;

    /// <summary>Talks to the application.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri Address => Client.BaseAddress!;

    /// <summary>The process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Everything it has written so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>Starts the application against a storage and waits until it listens. <c>null</c> as storage leaves the default in force.</summary>
    public static async Task<AppProcess> StartAsync(
        string? storage, IReadOnlyDictionary<string, string>? settings, CancellationToken cancel, params string[] arguments)
    {
        var app = new AppProcess(StartInfo(storage, settings, arguments));
        try
        {
            app.Start();
            app.Client.BaseAddress = await app.listening.Task.WaitAsync(Patience.Limit, cancel);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL: no chance to tidy up.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM, as a platform stops it. The exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancel)
    {
        if (!process.HasExited && Signal(process.Id, Terminate) != 0) throw new InvalidOperationException("SIGTERM could not be sent.");
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    /// <summary>Ends its standard input, as the end of the process that started it would.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Waits until it has ended. The exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancel)
    {
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string? storage, IReadOnlyDictionary<string, string>? settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [AppAssembly, "--urls", "http://127.0.0.1:0", .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(AppAssembly),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FunctionsHost__StopWhenInputEnds"] = "true";
        start.Environment["DOTNET_RUNNING_IN_CONTAINER"] = "false";
        if (storage is not null) start.Environment["AzureWebJobsStorage"] = storage;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [GeneratedRegex(@"^Listening on (http://\S+)")]
    private static partial Regex ListeningLine();

    private void Start()
    {
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
        if (ListeningLine().Match(line) is { Success: true } match) listening.TrySetResult(new Uri(match.Groups[1].Value));
    }
}
