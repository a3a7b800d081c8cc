using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Moves alerts: load, decide, commit. Findings may come twice, late, in any order and in several instances at once.</summary>
/// <param name="store">The alerts.</param>
/// <param name="silences">What nobody wants to hear now.</param>
/// <param name="releases">What is told when silences end.</param>
/// <param name="evidence">For diagnoses.</param>
/// <param name="dispatcher">Tells.</param>
/// <param name="options">The suite's address.</param>
/// <param name="clock">Dates steps.</param>
/// <param name="logger">Says which alerts move.</param>
public sealed class AlertService(
    AlertStore store, SilenceService silences, AlertReleases releases, AlertEvidence evidence, AlertDispatcher dispatcher,
    IOptions<AlertsOptions> options, TimeProvider clock, ILogger<AlertService> logger)
{
    private const int Attempts = 24;
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(20);

    /// <summary>Takes a finding. The monitor's newest alert afterwards, or null when it has none.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionConflict"/> when other writers are first every time.</exception>
    public Task<AlertState?> ObserveAsync(Finding finding, AlertPolicy policy, CancellationToken cancel)
    {
        var model = ModelName.Parse(finding.Model);
        return RepeatAsync<AlertState?>(async () =>
        {
            var (track, etag) = await store.TrackAsync(model, finding.Monitor, cancel);
            if (AlertMachine.Observe(track, policy, finding, Moment()) is not { } outcome) return (true, track.Alert);
            return (await TryCommitAsync(model, outcome, etag, finding, cancel), outcome.Track.Alert);
        }, cancel);
    }

    /// <summary>Ends a monitor's open alert, for nobody watches any more. False when it has none.</summary>
    public Task<bool> WithdrawAsync(ModelName model, string monitor, string why, CancellationToken cancel) => RepeatAsync(async () =>
    {
        var (track, etag) = await store.TrackAsync(model, monitor, cancel);
        return AlertMachine.Withdraw(track, why, Moment()) is not { } outcome ? (true, false) : (await TryCommitAsync(model, outcome, etag, null, cancel), true);
    }, cancel);

    /// <summary>Somebody takes an alert.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/>, or <see cref="ProblemKind.Conflict"/>: it does not fire.</exception>
    public Task<AlertState> AcknowledgeAsync(ModelName model, Guid id, string actor, string? comment, CancellationToken cancel) => RepeatAsync(async () =>
    {
        var (alert, etag) = await store.FindAsync(model, id, cancel) ?? throw NotFound(model, id);
        var monitor = await store.TrackAsync(model, alert.Monitor, cancel);
        if (AlertMachine.Acknowledge(alert, actor, comment, Moment()) is not { } taken) return (true, alert);
        var (kept, silent) = Silencing.Apply(taken.Alert, taken.Told.Step, await silences.AllAsync(cancel), clock.GetUtcNow());
        Announcement[] told = silent ? [] : [taken.Told];
        return (await TellAsync(model, told, token => store.TryCommitAsync(model, kept, etag, monitor, told, [Notice(kept, taken.Told.Step, null)], token), cancel), kept);
    }, cancel);

    /// <summary>Tells what a silence kept back, if none covers it any more. When one does: until when, as far as is known.</summary>
    public Task<DateTimeOffset?> ReleaseAsync(ModelName model, Guid id, CancellationToken cancel) => RepeatAsync<DateTimeOffset?>(async () =>
    {
        if (await store.FindAsync(model, id, cancel) is not var (alert, etag)) return (true, null);
        var (all, now) = (await silences.AllAsync(cancel), clock.GetUtcNow());
        if (Silencing.Release(alert, all, now) is not { } released) return (true, alert.Withheld is null ? null : Silencing.End(alert, all, now));
        var monitor = await store.TrackAsync(model, alert.Monitor, cancel);
        Announcement[] told = released.Told is { } announcement ? [announcement] : [];
        return (await TellAsync(model, told, token => store.TryCommitAsync(model, released.Alert, etag, monitor, told, [], token), cancel), null);
    }, cancel);

    internal static ProblemException NotFound(ModelName model, Guid id) => new(ProblemKind.NotFound, $"{model} has no alert {id}.") { Where = "id" };

    private async Task<bool> TryCommitAsync(ModelName model, AlertOutcome outcome, Azure.ETag? etag, Finding? finding, CancellationToken cancel)
    {
        using var span = MonitoringTracing.Move(outcome);
        var now = clock.GetUtcNow();
        var all = outcome.Announcements.Count == 0 ? [] : await silences.AllAsync(cancel);
        var notices = new List<AlertNotice>();
        foreach (var one in outcome.Announcements)
        {
            var alert = outcome.Alerts.Single(changed => changed.Id == one.Alert);
            notices.Add(Notice(alert, one.Step, finding is not null && one.Step.To == AlertStatus.Firing ? await evidence.DiagnoseAsync(model, alert, finding, cancel) : null));
        }

        var kept = Silencing.Apply(outcome, all, now);
        // Before the transaction, so that no crash leaves something kept back for ever.
        foreach (var alert in kept.Alerts.Where(alert => alert.Withheld is not null))
            if (Silencing.End(alert, all, now) is { } end) await releases.RequestAsync(model, alert.Id, end - now, cancel);
        return await TellAsync(model, kept.Announcements, token => store.TryCommitAsync(model, kept, etag, notices, token), cancel);
    }

    // The question before the transaction, the telling after it. The caller's leaving must not cut the one from the other; a transaction whose outcome is
    // unknown leaves the question.
    private async Task<bool> TellAsync(ModelName model, IReadOnlyList<Announcement> told, Func<CancellationToken, Task<bool>> commit, CancellationToken cancel)
    {
        if (told.Count == 0) return await commit(cancel);
        var question = await dispatcher.WatchAsync(model, cancel);
        using var limit = new CancellationTokenSource(CommitLimit, clock);
        if (!await commit(limit.Token)) return false;
        foreach (var one in told) logger.AlertMoved(model, one.Alert, one.Step.From, one.Step.To, one.Step.Reason);
        await dispatcher.PublishAsync(model, [.. told.Select(one => one.Step.Id)], question);
        return true;
    }

    private async Task<T> RepeatAsync<T>(Func<Task<(bool Done, T Result)>> attempt, CancellationToken cancel)
    {
        for (var at = 0; at < Attempts; at++)
        {
            if (await attempt() is (true, var result)) return result;
            // Whoever was first needs a moment to finish; writers that lost together should not meet again.
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 << Math.Min(at, 4))), clock, cancel);
        }

        throw new ProblemException(ProblemKind.VersionConflict, "Other writers kept changing this alert. Read it again and repeat.");
    }

    private AlertNotice Notice(AlertState alert, AlertTransition step, Diagnosis? diagnosis) =>
        AlertNotice.Of(alert, step, diagnosis, AlertLinks.Of(alert, options.Value.PublicUrl), Activity.Current?.Id);

    private Moment Moment()
    {
        var now = clock.GetUtcNow();
        return new(now, () => Guid.CreateVersion7(now));
    }
}
