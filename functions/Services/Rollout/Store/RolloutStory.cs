using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout.Store;

/// <summary>How the audit trail and events tell of rollouts.</summary>
internal static class RolloutStory
{
    /// <summary>What a move is called: by where it leads, and whether it leads there only now.</summary>
    public static string Action(RolloutState? before, RolloutState after) => before is null ? Actions.RolloutStarted
        : before.Stage == after.Stage ? Actions.RolloutMoved
        : after.Stage switch
        {
            RolloutStage.Champion => Actions.RolloutPromoted,
            RolloutStage.Rejected => Actions.RolloutRejected,
            RolloutStage.RolledBack => Actions.RolloutRolledBack,
            RolloutStage.Retired => Actions.RolloutRetired,
            _ => Actions.RolloutMoved,
        };

    public static string Subject(RolloutState state) => string.Create(CultureInfo.InvariantCulture, $"versions/{state.Version}");

    public static string Correlation(RolloutState state) => state.Id.ToString("D");

    public static JsonObject Of(RolloutState state, RolloutPolicy policy, Decision? decision)
    {
        var story = new JsonObject
        {
            ["rollout"] = state.Id.ToString("D"),
            ["version"] = state.Version,
            ["champion"] = state.Champion,
            ["stage"] = Name(state.Stage),
            ["step"] = state.Step,
            ["policy"] = state.Policy,
        };
        if (state.IsReleasing) story["share"] = TrafficPlan.Of(state, policy).Share;
        if (state.Paused is not null) story["paused"] = true;
        if (decision is not null) story["decision"] = decision.Id.ToString("D");
        return story;
    }

    public static JsonObject Asked(RolloutState state, RolloutPolicy policy, RolloutEffect.Ask ask)
    {
        var story = Of(state, policy, null);
        story["before"] = Name(ask.Before);
        story["persons"] = ask.Persons;
        story["gates"] = new JsonArray([.. ask.Gates.Select(gate => JsonValue.Create(gate))]);
        return story;
    }

    /// <summary>A decision's answer without its figures, for telling whether a later one comes to something else.</summary>
    public static string Answer(Decision decision, RolloutState state) => string.Create(CultureInfo.InvariantCulture,
        $"{decision.Subject.Stage}|{state.Step}|{decision.Outcome}|{decision.Comparison?.Judgement.Verdict}|{string.Join(',', decision.Results.Select(result => $"{result.Gate.Name}={result.Verdict}"))}");

    private static string Name<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(member.ToString());
}
