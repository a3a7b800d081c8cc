using System.Diagnostics;

namespace Serverless.Benchmarks;

/// <summary>
/// Who runs where (on Linux, by <c>taskset</c> and <c>chrt</c> of util-linux; elsewhere everybody runs everywhere). A process is started on its cores, or moved with all of its threads:
/// what the runtime calls a process's affinity is its first thread's, and threads of the pool would go on as they please.
/// </summary>
internal static class Cores
{
    private const string Online = "/sys/devices/system/cpu/online";

    /// <summary>The one that is measured.</summary>
    public const string Server = "0";

    /// <summary>All others: for load and storage. The same one, where there is no other.</summary>
    public static string Others { get; } = OperatingSystem.IsLinux() && File.ReadAllText(Online).Trim() is ['0', '-', .. var last] ? $"1-{last}" : Server;

    /// <summary>A command that starts there.</summary>
    public static ProcessStartInfo Command(string? cores, string program, params IEnumerable<string> arguments) =>
        cores is not null && OperatingSystem.IsLinux() ? new("taskset", ["--cpu-list", cores, program, .. arguments]) : new(program, arguments);

    /// <summary>Moves a process and whatever it starts later.</summary>
    public static Task MoveAsync(int process, string cores) => RunAsync("taskset", "--all-tasks", "--cpu-list", "--pid", cores, $"{process}");

    /// <summary>
    /// Has a process run when nobody else wants its core (<c>SCHED_IDLE</c>): a load that measures latency would otherwise wait for it, for milliseconds at a time.
    /// </summary>
    public static Task HoldBackAsync(int process) => RunAsync("chrt", "--all-tasks", "--idle", "--pid", "0", $"{process}");

    private static async Task RunAsync(string program, params IEnumerable<string> arguments)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var change = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        await change.StandardOutput.ReadToEndAsync();
        await change.WaitForExitAsync();
        if (change.ExitCode != 0) throw new InvalidOperationException($"{program} (util-linux) did not change where a process runs.");
    }
}
