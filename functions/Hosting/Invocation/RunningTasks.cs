namespace Serverless.Hosting.Invocation;

/// <summary>Counts what runs, and lets one wait for room or for the end of all.</summary>
internal sealed class RunningTasks
{
    private readonly Lock gate = new();
    private int count;
    private TaskCompletionSource changed = New();

    public int Count
    {
        get
        {
            lock (gate) return count;
        }
    }

    public void Start(Func<Task> work)
    {
        lock (gate) count++;
        _ = TrackAsync(work);
    }

    /// <summary>Waits until at most so many run.</summary>
    public async Task UntilAsync(int most, CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (count <= most) return;
                next = changed.Task;
            }
            await next.WaitAsync(cancel);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task TrackAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        finally
        {
            TaskCompletionSource done;
            lock (gate)
            {
                count--;
                (done, changed) = (changed, New());
            }
            done.SetResult();
        }
    }
}
