using System.Diagnostics;
using Serverless.Hosting.Azurite;

namespace Serverless.Benchmarks;

/// <summary>This process as the one that is measured.</summary>
internal static class OneProcess
{
    /// <summary>For the runtime: code that is compiled twice, the second time while it is measured, is what scatters most.</summary>
    public static IReadOnlyDictionary<string, string> CompiledOnce { get; } = new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "0", ["DOTNET_ReadyToRun"] = "0" };

    /// <summary>
    /// And where CPU time is measured: threads of the pool that wait for a request sleep at once. By default they look for one for a while, and that would be counted as a
    /// request's time, the more the later the load sends it; it does so later where a side keeps the storage busy, for that shares the load's core.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(CompiledOnce) { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" };

    /// <summary>Runs a benchmark of this program again on the server's core, under settings that the runtime reads when it starts.</summary>
    /// <returns>Whether it did: false where this process runs under them already.</returns>
    public static async Task<bool> RestartedAsync(IReadOnlyDictionary<string, string> settings, string benchmark, string[] args)
    {
        if (settings.All(setting => Environment.GetEnvironmentVariable(setting.Key) == setting.Value)) return false;
        var start = Cores.Command(Cores.Server, "dotnet", [typeof(OneProcess).Assembly.Location, benchmark, .. args]);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var again = Process.Start(start)!;
        await again.WaitForExitAsync();
        return true;
    }

    /// <summary>A storage for it that runs elsewhere.</summary>
    public static async Task<AzuriteServer> StartStorageAsync()
    {
        var azurite = await AzuriteServer.StartAsync(new(), TimeProvider.System, CancellationToken.None);
        await Cores.MoveAsync(azurite.ProcessId, Cores.Others);
        return azurite;
    }
}
