using Microsoft.Extensions.Hosting;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Gives back the memory of scans that have ended: in every instance, since any may have scanned.</summary>
internal sealed class ColumnMemoryTrim(TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) ColumnMemory.Trim();
    }
}
