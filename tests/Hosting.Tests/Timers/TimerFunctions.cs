using Microsoft.Azure.Functions.Worker;

namespace Serverless.Hosting.Tests.Timers;

public sealed record Tick(bool IsPastDue, DateTime? Last, DateTime? Next);

public sealed record Attempt(string Id, int Count, int Maximum);

public sealed class TickFunctions(Recorder recorder)
{
    [Function("Tick")]
    public void Run([TimerTrigger("%Schedule%")] TimerInfo timer)
    {
        recorder.Add(new Tick(timer.IsPastDue, timer.ScheduleStatus?.Last, timer.ScheduleStatus?.Next));
        if (recorder.Switches.ContainsKey("fail")) throw new InvalidOperationException("as told");
    }
}

public sealed class TwinFunctions(Recorder recorder)
{
    [Function("Left")]
    public void Left([TimerTrigger("%Schedule%", RunOnStartup = true)] TimerInfo timer) => recorder.Add("left " + timer.IsPastDue);

    [Function("Right")]
    public void Right([TimerTrigger("%Schedule%", RunOnStartup = true)] TimerInfo timer) => recorder.Add("right " + timer.IsPastDue);
}

public sealed class StartupFunctions(Recorder recorder)
{
    [Function("AtStart")]
    public void Run([TimerTrigger("0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => recorder.Add(timer.IsPastDue);
}

public sealed class RetryFunctions(Recorder recorder)
{
    [Function("Retries")]
    [FixedDelayRetry(2, "00:00:07")]
    public void Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer, FunctionContext context)
    {
        recorder.Add(new Attempt(context.InvocationId, context.RetryContext!.RetryCount, context.RetryContext.MaxRetryCount));
        throw new InvalidOperationException(timer.IsPastDue.ToString());
    }
}
