using System.Diagnostics;

namespace Serverless.Benchmarks;

/// <summary>This process as the one that is measured.</summary>
internal static class OneProcess
{
    /// <summary>Runs a benchmark of this program again under settings that the runtime reads when it starts.</summary>
    /// <returns>Whether it did: false where this process runs under them already.</returns>
    public static async Task<bool> RestartedAsync(IReadOnlyDictionary<string, string> settings, string benchmark, string[] args)
    {
        if (settings.All(setting => Environment.GetEnvironmentVariable(setting.Key) == setting.Value)) return false;
        var start = new ProcessStartInfo("dotnet", [typeof(OneProcess).Assembly.Location, benchmark, .. args]);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var again = Process.Start(start)!;
        await again.WaitForExitAsync();
        return true;
    }

    /// <summary>Keeps it on one core, where the system can do that.</summary>
    public static void Pin(int core) => Allow((nint)1 << core);

    /// <summary>Leaves a core to others, where there is a second one.</summary>
    public static void KeepOff(int core)
    {
        if (Environment.ProcessorCount > 1) Allow((((nint)1 << Environment.ProcessorCount) - 1) & ~((nint)1 << core));
    }

    private static void Allow(nint cores)
    {
        using var process = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) process.ProcessorAffinity = cores;
    }
}
