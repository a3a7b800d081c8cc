using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Storage;

namespace Serverless.Hosting.Timers;

/// <summary>Runs one timer on the instance that holds its lock.</summary>
internal sealed class TimerListener(
    BackgroundFunction function, TimerSchedule schedule, TimerTriggerAttribute trigger, TimerStateStore store, TimeProvider clock, ILogger logger) : IListener
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);
    private readonly TimerRuns runs = new(function, clock);
    private readonly bool monitored = trigger.UseMonitor && schedule.IsMonitorable(clock.GetUtcNow());
    private readonly string name = function.Function.Name;
    private bool startedUp;

    public async Task RunAsync(Halt halt)
    {
        while (!halt.Stop.IsCancellationRequested)
        {
            try
            {
                await using var held = await InstanceLock.TryAcquireAsync(await store.LockAsync(name, halt.Stop), clock, halt.Stop);
                if (held is not null) await HoldAsync(held, halt);
            }
            catch (Exception problem) when (StorageFault.Is(problem, halt.Stop))
            {
                logger.TimerStorage(name, problem.Message);
            }
            await Task.Delay(LockPoll, clock, halt.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HoldAsync(InstanceLock held, Halt halt)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(halt.Stop, held.Lost);
        try
        {
            await ScheduleAsync(halt with { Stop = either.Token });
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (!halt.Stop.IsCancellationRequested) logger.LockLost(name);
        }
    }

    private async Task ScheduleAsync(Halt halt)
    {
        var state = monitored ? await StartStateAsync(halt.Stop) : null;
        var pastDue = state is not null && state.Next <= clock.GetUtcNow();
        if (pastDue || (trigger.RunOnStartup && !startedUp)) state = await TickAsync(state, pastDue, halt);
        startedUp = true;
        while (true)
        {
            await UntilAsync(state?.Next ?? Next(clock.GetUtcNow()), halt.Stop);
            state = await TickAsync(state, false, halt);
        }
    }

    private async Task<TimerState> StartStateAsync(CancellationToken cancel)
    {
        var now = Local(clock.GetUtcNow());
        var known = await store.ReadAsync(name, cancel);
        if (known is not null && Next(known.LastUpdated) == known.Next) return known;
        // New, or on another schedule than before: nothing was missed.
        var state = new TimerState(known?.Last ?? default, Next(now), now);
        await store.WriteAsync(name, state, cancel);
        return state;
    }

    private async Task<TimerState?> TickAsync(TimerState? state, bool pastDue, Halt halt)
    {
        halt.Stop.ThrowIfCancellationRequested();
        var started = Local(clock.GetUtcNow());
        await runs.RunAsync(new TimerInfo { IsPastDue = pastDue, ScheduleStatus = Status(state) }, halt);
        if (!monitored) return null;
        var now = Local(clock.GetUtcNow());
        var after = new TimerState(started, Next(now), now);
        await store.WriteAsync(name, after, halt.Drain);
        return after;
    }

    private async Task UntilAsync(DateTimeOffset due, CancellationToken stop)
    {
        for (var left = due - clock.GetUtcNow(); left > TimeSpan.Zero; left = due - clock.GetUtcNow())
            await Task.Delay(left < LongestDelay ? left : LongestDelay, clock, stop);
    }

    private static ScheduleStatus? Status(TimerState? state) => state is null ? null
        : new ScheduleStatus { Last = state.Last.DateTime, Next = state.Next.DateTime, LastUpdated = state.LastUpdated.DateTime };

    private DateTimeOffset Next(DateTimeOffset after) => schedule.Next(after, clock.LocalTimeZone);

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone);
}
