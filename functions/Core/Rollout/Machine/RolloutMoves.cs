using System.Globalization;

namespace Serverless.Core.Rollout;

/// <summary>The moves of one rollout at one moment: each says what it is then and what is to be done, or why not.</summary>
internal sealed partial class RolloutMoves(RolloutState state, RolloutPolicy policy, DateTimeOffset now)
{
    private const int MostWaiting = 16;
    private readonly List<RolloutEffect> effects = [];

    public Transition Open()
    {
        if (state.Stage == RolloutStage.Validated) return Shadow("It has passed.");
        if (!policy.Validation.Enabled) return Done(Enter(RolloutStage.Validated), "The policy asks for no validation.");
        effects.Add(new RolloutEffect.Validate(state.Version));
        return Done(Enter(RolloutStage.Validating), "It is tried offline.");
    }

    public Transition Validated(RolloutEvent.ValidationFinished done) =>
        state.Stage != RolloutStage.Validating ? NotNow("a validation's result")
        : done.Passed ? Done(Enter(RolloutStage.Validated), done.Words)
        : End(done.Words, quarantine: false);

    public Transition Compared(RolloutEvent.ShadowVerdict verdict) =>
        state.Stage != RolloutStage.Shadowing ? NotNow("a shadow's verdict") : verdict.Accepted ? Release(state, verdict.Words) : End(verdict.Words, quarantine: false);

    public Transition Tried(RolloutEvent.TrialVerdict verdict) =>
        state.Stage != RolloutStage.Canary || !policy.Release.IsTrial ? NotNow("an experiment's verdict") : verdict.Accepted ? Promote(state, verdict.Words) : End(verdict.Words, quarantine: false);

    public Transition Reallocate(RolloutEvent.Reallocated drawn)
    {
        if (state.Stage != RolloutStage.Canary || policy.Release.Strategy != ReleaseStrategy.Bandit) return NotNow("a new split");
        if (drawn.Round <= (state.Allocation?.Round ?? 0)) return Refuse($"Drawing {state.Allocation!.Round} is newer than {drawn.Round}.");
        var floor = policy.Release.Trial.Floor;
        if (!(drawn.Share >= floor && drawn.Share <= 1 - floor)) return Refuse($"A share of {drawn.Share} leaves less than {floor} for one side.");
        var next = state with { Allocation = new(drawn.Share, drawn.Round) };
        return Done(next, string.Create(CultureInfo.InvariantCulture, $"Drawing {drawn.Round}: {drawn.Share:0.###} of the callers."));
    }

    public Transition NextStep(string why)
    {
        var next = state.Step + 1;
        return next >= policy.Release.Plan.Count ? Promote(state, why) : Done(At(state with { Step = next }), $"{why} {Share(next)}");
    }

    public Transition Approve(RolloutEvent.Approved approved)
    {
        if (state.Stage != RolloutStage.AwaitingApproval || state.Awaiting != approved.Before) return NotNow($"an approval before the {Name(approved.Before)}");
        if (policy.Approvals.Refuses(approved.By, state.Registrant) is { } reason) return Refuse($"{reason}.");
        if (RolloutNeeds.Of(state, policy).Persons == 0) return Refuse("No more persons need to agree.");
        if (state.Approvals.Any(earlier => earlier.By == approved.By)) return Refuse($"{approved.By} has agreed already; another person must.");
        return GoOn(state with { Approvals = state.Approvals.Add(new(approved.By, now)) }, $"{approved.By} agrees.");
    }

    public Transition Approve(RolloutEvent.ExternallyApproved approved) => Agreed(approved.Gate, approved.By);

    public Transition Silent(RolloutEvent.ExternalSilent silent) => policy.External[silent.Gate].Silence == Silence.Approve
        ? Agreed(silent.Gate, "silence")
        : End($"{silent.Gate} said nothing within {policy.External[silent.Gate].TimeLimit}.", quarantine: false);

    public Transition Veto(RolloutEvent.Vetoed veto) =>
        state.Stage == RolloutStage.Champion ? Refuse("It is champion; who does not agree any more rolls it back.")
        : veto.Gate is { } gate && !policy.External.ContainsKey(gate) ? Refuse($"The policy has no external gate {gate}.")
        : veto.Gate is not null && state.External.ContainsKey(veto.Gate) ? Refuse($"{veto.Gate} has agreed already.")
        : End($"{(veto.Gate is null ? "" : $"{veto.Gate}: ")}{veto.By} does not agree: {veto.Reason}", quarantine: false);

    public Transition Abort(string why) => state.Stage == RolloutStage.Champion ? Refuse("It is champion; roll it back.") : End(why, quarantine: false);

    public Transition Pause(RolloutEvent.PausedByHand paused) => state.Stage == RolloutStage.Champion
        ? Refuse("It is champion: there is nothing that could stand still.")
        : Done(state with { Paused = new(paused.By, paused.Reason, now) }, $"Paused by {paused.By}: {paused.Reason}");

    public Transition Resume(RolloutEvent.Resumed resumed)
    {
        if (state.Paused is not { } pause) return Refuse("It is not paused.");
        var stood = now > pause.Since ? now - pause.Since : TimeSpan.Zero;
        var next = state with { Paused = null, Stood = state.Stood + stood, StoodInRelease = state.StoodInRelease + (state.Stage == RolloutStage.Canary ? stood : TimeSpan.Zero) };
        return GoOn(next, $"Resumed by {resumed.By}.");
    }

    public Transition Skip(RolloutEvent.Skipped skipped)
    {
        if ((skipped.Stage, skipped.Step) != (state.Stage, state.Step)) return Refuse($"It is no longer there: it is {RolloutMachine.Words(state.Stage)}, step {state.Step}.");
        var why = $"Skipped by {skipped.By}: {skipped.Reason}";
        return state.Stage switch
        {
            RolloutStage.Shadowing => Release(state, why),
            RolloutStage.Canary => NextStep(why),
            _ => Refuse("Only the shadow and a release's steps can be skipped."),
        };
    }

    public Transition Late() => state.Stage switch
    {
        RolloutStage.Shadowing when policy.Shadow.AtDeadline == AtDeadline.Proceed => Release(state, "The shadow ended without a verdict, and the policy lets it go on."),
        RolloutStage.Shadowing when policy.Shadow.AtDeadline == AtDeadline.Ask => Release(state with { Asked = true }, "The shadow ended without a verdict: a person decides."),
        RolloutStage.AwaitingApproval => End("Not enough persons agreed in time.", quarantine: false),
        _ => End($"It took too long ({RolloutMachine.Words(state.Stage)}).", quarantine: false),
    };

    public Transition Supersede(RolloutEvent.Superseded by)
    {
        if (by.Newer == state.Version || state.Waiting.Contains(by.Newer)) return Refuse($"Version {by.Newer} is under way already.");
        if (state.IsOver) return Refuse("It is over; the newer candidate begins by itself.");
        if (policy.Newer == NewerCandidate.Reject) return Refuse($"Version {state.Version} is under way, and the policy refuses others until it has ended.");
        if (policy.Newer == NewerCandidate.Queue) return state.Waiting.Length >= MostWaiting ? Refuse($"{MostWaiting} candidates wait already.") : Wait([.. state.Waiting, by.Newer]);
        return state.Stage == RolloutStage.Champion ? Wait([by.Newer]) : Yield(by.Newer);
    }

    public Transition EndWatch() => Done(state with { Watched = true, Waiting = [] }, "It has been watched, and nothing was wrong.", begin: true);

    public Transition LetFormerGo()
    {
        effects.Add(new RolloutEffect.LetGo(state.Champion!.Value));
        return Done(state with { FormerLetGo = true }, "The former champion need not stay warm any longer.");
    }

    private Transition.Moved Wait(int[] waiting) => Done(state with { Waiting = [.. waiting] }, $"Version {waiting[^1]} waits.");

    private Transition.Moved Yield(int newer) => new RolloutMoves(state with { Waiting = [newer] }, policy, now).End($"Version {newer} takes its place.", quarantine: false);

    private Transition Agreed(string gate, string by) =>
        state.Stage == RolloutStage.Champion ? NotNow("an external verdict")
        : !policy.External.ContainsKey(gate) ? Refuse($"The policy has no external gate {gate}.")
        : state.External.ContainsKey(gate) ? Refuse($"{gate} has agreed already.")
        : GoOn(state with { External = state.External.Add(gate, new(by, now)) }, $"{gate} agrees ({by}).");

    private Transition.Moved GoOn(RolloutState next, string why) =>
        next.Stage != RolloutStage.AwaitingApproval || next.Paused is not null || !RolloutNeeds.Of(next, policy).AreMet ? Done(next, why)
        : next.Awaiting == Checkpoint.Release ? Move(next, why) : Crown(next, why);

    private static Transition.Refused Refuse(string reason) => new(reason);

    private Transition.Refused NotNow(string what) => Refuse($"It is {RolloutMachine.Words(state.Stage)}{(state.Stage == RolloutStage.Canary ? $", step {state.Step}" : "")}: {what} means nothing now.");

    private string Share(int step) => string.Create(CultureInfo.InvariantCulture, $"Step {step + 1} of {policy.Release.Plan.Count}: {policy.Release.Plan[step].Share:0.###} of the callers.");

    private static string Name(Checkpoint checkpoint) => checkpoint == Checkpoint.Release ? "release" : "promotion";
}
