using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Serverless.Services.Predictions;

/// <summary>Says once a minute what the log has done, when it has done anything.</summary>
internal sealed class CountersReport(PredictionCounters counters, TimeProvider clock, ILogger<CountersReport> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var said = "";
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = counters.Snapshot();
            var text = Describe(now);
            if (text == said) continue;
            said = text;
            logger.Counted(text, now.Lag);
        }
    }

    private static string Describe(PredictionLogSnapshot now) => string.Create(CultureInfo.InvariantCulture,
        $"{now.Accepted} rows accepted, {now.Flushed} durable, {now.Pending} on their way ({now.PendingBytes} bytes); dropped: {Dropped(now)}; {now.Appends} appends of {now.Bytes} bytes to {now.Files} files; {now.Compacted} rows compacted, {now.DebtBytes} bytes left");

    private static string Dropped(PredictionLogSnapshot now) =>
        string.Join(", ", now.Dropped.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value}")));
}
