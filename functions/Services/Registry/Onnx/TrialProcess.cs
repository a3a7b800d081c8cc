using System.Diagnostics;
using System.Reflection;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Runs a trial load in a child process of this application, without its secrets and for a limited time.</summary>
public sealed class TrialProcess
{
    private const int LongestReason = 2000;

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
        using var child = Process.Start(StartInfo(path)) ?? throw new InvalidOperationException("The trial could not be started.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            var reason = child.StandardError.ReadToEndAsync(deadline.Token);
            await child.StandardOutput.ReadToEndAsync(deadline.Token);
            await child.WaitForExitAsync(deadline.Token);
            return Verdict(child.ExitCode, await reason);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"loading took longer than {limit.TotalSeconds:0.#} s.";
        }
        finally
        {
            End(child);
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
