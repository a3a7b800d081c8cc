using System.ComponentModel;
using System.Diagnostics;

namespace Serverless.Testing;

/// <summary>Prometheus' own tool, of Debian's package <c>prometheus</c>; installed by the first test that needs it where this process may.</summary>
public static class Promtool
{
    private static readonly Lazy<Task> Ready = new(InstallAsync);

    /// <summary>Makes sure that Prometheus and its tool are there; throws and says what to install where they are not.</summary>
    public static Task ReadyAsync() => Ready.Value;

    /// <summary>Gives text to <c>promtool</c>: its exit code (0: all well; 3: read, and against the rules of naming; 1: not read), and what it says.</summary>
    public static async Task<(int Code, string Says)> RunAsync(string input, params string[] arguments)
    {
        await Ready.Value;
        return await ExecuteAsync("promtool", input, arguments);
    }

    private static async Task InstallAsync()
    {
        if (await IsThereAsync()) return;
        string[][] steps = [["install", "-y", "--no-install-recommends", "prometheus"], ["update"], ["install", "-y", "--no-install-recommends", "prometheus"]];
        foreach (var step in steps)
        {
            if (Environment.UserName == "root") await ExecuteAsync("apt-get", "", step);
            if (await IsThereAsync()) return;
        }
        throw new InvalidOperationException("promtool is missing: install Debian's package prometheus (apt-get install prometheus), or put promtool on the PATH.");
    }

    private static async Task<bool> IsThereAsync()
    {
        try
        {
            return (await ExecuteAsync("promtool", "", "--version")).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Says)> ExecuteAsync(string file, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var says = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(await says));
    }
}
