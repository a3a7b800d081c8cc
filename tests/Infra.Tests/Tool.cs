using System.Diagnostics;

namespace Serverless.Infra.Tests;

/// <summary>A program that is run to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it with arguments, in a folder, with settings beside those of this process.</summary>
    public static async Task<Outcome> RunAsync(string program, string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await errors);
    }
}

/// <summary>How it ended, and what it said.</summary>
internal sealed record Outcome(int Code, string Output, string Errors)
{
    /// <summary>Both streams.</summary>
    public string Text => Output + Errors;
}
