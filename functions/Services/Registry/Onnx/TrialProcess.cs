using System.Diagnostics;
using System.Reflection;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Runs a trial load in a child process of this application, without its secrets, few at once, for a limited time and in limited memory.</summary>
public sealed class TrialProcess
{
    private const int LongestReason = 2000;

    // What ONNX Runtime takes for a file, twice over, and what the process takes by itself: a few hundred bytes of graph can ask for gigabytes.
    private const long MemoryPerByte = 6;
    private const long MemoryOfItsOwn = 1L << 30;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly SemaphoreSlim Turns = new(2);

    private readonly TimeSpan limit;
    private readonly string program;
    private readonly string[] arguments;

    /// <summary>Trials by this application, started again.</summary>
    /// <param name="limit">After this the trial has failed.</param>
    public TrialProcess(TimeSpan limit) : this(limit, Command(Environment.ProcessPath, Assembly.GetEntryAssembly()!.Location))
    {
    }

    /// <summary>Trials by any program that calls <see cref="ModelTrial.Run"/>.</summary>
    internal TrialProcess(TimeSpan limit, params string[] command) => (this.limit, program, arguments) = (limit, command[0], command[1..]);

    /// <summary>How this application is started: by its own executable, or by <c>dotnet</c> where another program holds the process.</summary>
    internal static string[] Command(string? process, string assembly)
    {
        var name = Path.GetFileName(process);
        var application = Path.GetFileNameWithoutExtension(assembly);
        return name == application || name == application + ".exe" ? [process!]
            : name is "dotnet" or "dotnet.exe" ? [process!, assembly]
            // The Functions host's own launcher (FunctionsNetHost) holds the process, and would not know what to do with our arguments.
            : ["dotnet", assembly];
    }

    /// <summary>Loads a file. Null when it loads, the reason otherwise.</summary>
    public async Task<string?> RunAsync(string path, CancellationToken cancel)
    {
        await Turns.WaitAsync(cancel);
        try
        {
            return await LoadAsync(path, cancel);
        }
        finally
        {
            Turns.Release();
        }
    }

    private async Task<string?> LoadAsync(string path, CancellationToken cancel)
    {
        using var child = Process.Start(StartInfo(path)) ?? throw new InvalidOperationException("The trial could not be started.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            var verdict = VerdictAsync(child, deadline.Token);
            var tooMuch = WatchAsync(child, MemoryOfItsOwn + (MemoryPerByte * new FileInfo(path).Length), deadline.Token);
            return await await Task.WhenAny(verdict, tooMuch);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"loading took longer than {limit.TotalSeconds:0.#} s.";
        }
        finally
        {
            await deadline.CancelAsync();
            End(child);
        }
    }

    private static async Task<string?> VerdictAsync(Process child, CancellationToken cancel)
    {
        var reason = child.StandardError.ReadToEndAsync(cancel);
        await child.StandardOutput.ReadToEndAsync(cancel);
        await child.WaitForExitAsync(cancel);
        return Verdict(child.ExitCode, await reason);
    }

    // Ends only with a reason: a child that has ended is the verdict's.
    private static async Task<string?> WatchAsync(Process child, long memory, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Glance);
        do await timer.WaitForNextTickAsync(cancel);
        while (MemoryOf(child) <= memory);
        return $"loading took more than {memory >> 20} MiB of memory.";
    }

    private static long MemoryOf(Process child)
    {
        try
        {
            child.Refresh();
            return child.HasExited ? 0 : child.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    private static string? Verdict(int exitCode, string reason) => exitCode switch
    {
        0 => null,
        ModelTrial.Failed => reason.Length <= LongestReason ? reason : reason[..LongestReason],
        > 128 and < 160 => $"ONNX Runtime crashed on it (signal {exitCode - 128}).",
        _ => $"ONNX Runtime crashed on it (exit code {exitCode}).",
    };

    private static void End(Process child)
    {
        if (child.HasExited) return;
        child.Kill(entireProcessTree: true);
        child.WaitForExit();
    }

    private ProcessStartInfo StartInfo(string path)
    {
        var start = new ProcessStartInfo(program, [.. arguments, ModelTrial.Verb, path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => !IsHarmless(name)).ToArray()) start.Environment.Remove(name);
        return start;
    }

    private static bool IsHarmless(string name) =>
        name is "PATH" or "HOME" or "LANG" or "LD_LIBRARY_PATH" || name.StartsWith("TMP", StringComparison.Ordinal)
        || (name.StartsWith("DOTNET_", StringComparison.Ordinal) && name != "DOTNET_STARTUP_HOOKS");
}
