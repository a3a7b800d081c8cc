using System.Text.Json.Nodes;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Driving;

namespace Serverless.Services.Tests.Rollout;

/// <summary>What hosts are asked for, and what is measured meanwhile.</summary>
internal sealed partial class RolloutFaultWorld
{
    private static readonly string[] People = ["ada", "bob", "eve", "registrar"];

    private (string, Func<RolloutRig, Task>) Advance() => ("looks", rig => rig.AdvanceAsync(model));

    private (string, Func<RolloutRig, Task>) Registered()
    {
        var version = random.Next(1, versions.Count + 1);
        var message = new JsonObject { ["model"] = model.Value, ["cause"] = $"event-{version}", ["version"] = version }.ToJsonString();
        return (message, rig => rig.Get<RolloutRequests>().RunAsync(message, default));
    }

    private (string, Func<RolloutRig, Task>) Something()
    {
        var (version, caller) = (random.Next(1, versions.Count + 1), new Caller(People[random.Next(People.Length)], $"ask-{random.Next(1_000_000)}", null));
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                return Start(new(version, random.Next(4) == 0 ? random.GetItems(Enum.GetValues<ReleaseStrategy>(), 1)[0] : null, random.Next(2) == 0 ? "it was the disk" : null));
            case 3:
                return ($"points the champion at {version}", rig => rig.Get<AliasService>().PutAsync(model, AliasName.Champion, new(version), null, caller, default));
            case 4 when random.Next(3) == 0:
                return ("removes the champion", rig => rig.Get<AliasService>().DeleteAsync(model, AliasName.Champion, "gone", null, caller, default));
            case 4:
                var archived = random.Next(2) == 0;
                return ($"archives {version}: {archived}", rig => rig.Get<VersionService>().SetArchivedAsync(model, version, archived, "tidy", null, caller, default));
            case 5 or 6:
                var (gate, agrees, id) = (random.Next(2) == 0 ? "risk" : "legal", random.Next(5) > 0, $"m{random.Next(3)}");
                return ($"{gate}: {agrees} ({id})", rig => TellAsync(rig, gate, agrees, id, caller));
            default:
                // To agree is what people do most.
                var action = random.Next(2) == 0 ? RolloutAction.Approve : random.GetItems(Enum.GetValues<RolloutAction>(), 1)[0];
                return ($"{caller.Actor}: {action}", rig => rig.Get<RolloutCommands>().ActAsync(model, action, "because", caller, default));
        }
    }

    private (string, Func<RolloutRig, Task>) Start(RolloutRequest request)
    {
        var caller = new Caller("ada", $"start-{random.Next(1_000_000)}", null);
        return ($"starts {request} ({caller.CausationId})", rig => BeginAsync(rig, request, caller));
    }

    // Who is told that it has been asked for finds it begun or waiting.
    private async Task BeginAsync(RolloutRig rig, RolloutRequest request, Caller caller)
    {
        if (await rig.Get<RolloutCommands>().StartAsync(model, request, null, caller, default)) lock (accepted) accepted[caller.CausationId] = request.Version;
    }

    private async Task TellAsync(RolloutRig rig, string gate, bool agrees, string id, Caller caller)
    {
        if (await rig.Get<ModelStore>().GetAsync(model, default) is not { Rollouts: { Count: > 0 } open }) return;
        await rig.Get<RolloutCommands>().TellAsync(model, open[^1], gate, new(open[^1], gate, agrees, "because"), id, caller, default);
    }

    private void Learn()
    {
        evidence.Offline = Loads(random.Next(6) == 0 ? 0 : 1);
        evidence.Shadow = random.Next(5) switch { 0 => StatedEvidence.Agrees(50), 1 => StatedEvidence.Agrees(10_000, 3_000), _ => StatedEvidence.Agrees(10_000) };
        evidence.Release = random.Next(6) switch { 0 => StatedEvidence.Rows(1), 1 => StatedEvidence.Rows(1_000, ("errors.rate.difference", 0.2)), _ => StatedEvidence.Rows(1_000) };
        evidence.Trial = new(new(1_000, 9_000), random.Next(3) switch { 0 => new(1_000, 9_000), 1 => new(500, 9_500), _ => new(2_000, 8_000) });
        story.Add($"    figures: {evidence.Offline.Figures["trial.loaded"].Value} loaded, shadow {evidence.Shadow.Tally.Differed} of {evidence.Shadow.Tally.Rows} differ, release {string.Join(' ', evidence.Release.Figures.Select(one => $"{one.Key}={one.Value.Value}"))}, trial {evidence.Trial.Candidate}");
    }

    private static Evidence Loads(double loaded) => new([KeyValuePair.Create("trial.loaded", Figure.Of(loaded, 1, "test"))]);
}
