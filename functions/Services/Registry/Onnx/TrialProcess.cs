using System.Diagnostics;
using System.Reflection;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Runs a trial load in a child process of this application, without its secrets and for a limited time.</summary>
/// <param name="limit">After this the trial has failed.</param>
public sealed class TrialProcess(TimeSpan limit)
{
    private const int LongestReason = 2000;

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
            return $"loading took longer than {limit.TotalSeconds:0} s.";
        }
        finally
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
        }
    }

    private static string? Verdict(int exitCode, string reason) => exitCode switch
    {
        0 => null,
        ModelTrial.Failed => reason.Length <= LongestReason ? reason : reason[..LongestReason],
        _ => $"ONNX Runtime crashed on it (exit code {exitCode}).",
    };

    private static ProcessStartInfo StartInfo(string path)
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The process has no path.");
        var isShared = Path.GetFileNameWithoutExtension(self) == "dotnet";
        string[] arguments = isShared ? [Assembly.GetEntryAssembly()!.Location, ModelTrial.Verb, path] : [ModelTrial.Verb, path];
        var start = new ProcessStartInfo(self, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => !IsHarmless(name)).ToArray()) start.Environment.Remove(name);
        return start;
    }

    private static bool IsHarmless(string name) =>
        name is "PATH" or "HOME" or "LANG" or "LD_LIBRARY_PATH" || name.StartsWith("TMP", StringComparison.Ordinal)
        || (name.StartsWith("DOTNET_", StringComparison.Ordinal) && name != "DOTNET_STARTUP_HOOKS");
}
