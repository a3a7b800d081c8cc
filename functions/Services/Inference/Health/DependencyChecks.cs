namespace Serverless.Services.Inference.Health;

/// <summary>
/// What lies outside of the process, asked side by side. Whoever asks within a few seconds gets the same answer, also while it is under way: health is open
/// to all, and must not be a way to load storage. What does not answer in time is not waited for.
/// </summary>
/// <param name="checks">By name: how it is asked, and what a failure means.</param>
/// <param name="clock">Measures.</param>
internal sealed class DependencyChecks(IReadOnlyDictionary<string, DependencyCheck> checks, TimeProvider clock)
{
    /// <summary>How long an answer is given again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>How long a part may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private (long At, Task<Dictionary<string, DependencyHealth>> Answers)? last;

    /// <summary>Every part's health, as it was at most <see cref="Fresh"/> ago.</summary>
    public Task<Dictionary<string, DependencyHealth>> AskAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            if (last is not { } known || clock.GetElapsedTime(known.At) >= Fresh) last = known = (clock.GetTimestamp(), AskAllAsync());
            return known.Answers.WaitAsync(cancel);
        }
    }

    private async Task<Dictionary<string, DependencyHealth>> AskAllAsync()
    {
        var answers = await Task.WhenAll(checks.Select(async check => (check.Key, Health: await AskAsync(check.Value))));
        return answers.ToDictionary(answer => answer.Key, answer => answer.Health);
    }

    private async Task<DependencyHealth> AskAsync(DependencyCheck check)
    {
        var start = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            // On another thread, so that one that blocks keeps nobody.
            return new(await Task.Run(() => check.AskAsync(limit.Token), limit.Token).WaitAsync(Patience, clock), Elapsed(start));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return new(check.Failed, Elapsed(start));
        }
    }

    private double Elapsed(long start) => Math.Round(clock.GetElapsedTime(start).TotalMilliseconds, 1);
}

/// <summary>How a part is asked.</summary>
/// <param name="AskAsync">Asks. What it throws is a failure.</param>
/// <param name="Failed">What a failure means.</param>
internal sealed record DependencyCheck(Func<CancellationToken, Task<HealthStatus>> AskAsync, HealthStatus Failed = HealthStatus.Unhealthy)
{
    /// <summary>One that answers or does not.</summary>
    public static DependencyCheck Of(Func<CancellationToken, Task> ask, HealthStatus failed = HealthStatus.Unhealthy) => new(async cancel =>
    {
        await ask(cancel);
        return HealthStatus.Healthy;
    }, failed);
}
