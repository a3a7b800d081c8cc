using System.Globalization;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Models;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Events;

namespace Serverless.Services.Tests.Rollout;

/// <summary>What must be true after each step, and in the end.</summary>
internal sealed partial class RolloutFaultWorld
{
    private async Task<RolloutRows> CheckAsync()
    {
        var rows = await RolloutRows.ReadAsync(table, model);
        seen = rows;
        await rows.AssertAsync(policy);
        foreach (var (cause, version) in accepted) Assert.True(rows.Entries.Any(entry => entry.CausationId == cause && Begins(entry, version)), $"Version {version} was asked for by {cause}, and neither begins nor waits.");
        var ids = rows.Entries.Select(entry => entry.Id.ToString()).ToHashSet();
        Assert.DoesNotContain(published, one => one.Subject!.Split('/')[1] == model.Value && !ids.Contains(one.Id));
        // An event that comes again asks once; what it has looked at may begin what waits.
        var asked = rows.Entries.Where(entry => entry.CausationId.StartsWith("event-", StringComparison.Ordinal) && Waits(entry)).GroupBy(entry => entry.CausationId);
        Assert.DoesNotContain(asked, one => one.Count() > 1);
        return rows;
    }

    private static bool Begins(AuditEntry entry, int version) =>
        entry.Action == Actions.RolloutStarted ? entry.After!["version"]!.GetValue<int>() == version : Waits(entry) && entry.Reason == $"Version {version} waits.";

    private static bool Waits(AuditEntry entry) => entry.Action == Actions.RolloutMoved && entry.Reason?.EndsWith(" waits.", StringComparison.Ordinal) == true;

    /// <summary>Nobody does anything, nothing is heard, nobody dies any more: time passes, and hosts look.</summary>
    private async Task SettleAsync()
    {
        for (var turn = 0; ; turn++)
        {
            Assert.True(turn < 60, "It does not settle.");
            story.Add(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():MM-dd HH:mm:ss} all look"));
            await Task.WhenAll(Enumerable.Range(0, Math.Min(racing, 2)).Select(at => OnAsync(at, 0, false, Advance().Item2)));
            Hear();
            var open = (await CheckAsync()).Open.ToArray();
            if (open.Length == 0) break;
            var now = clock.GetUtcNow();
            var next = open.Select(one => RolloutClock.NextWake(one, policy.Of(one), now)).Min();
            clock.Advance((next - now ?? TimeSpan.Zero) + TimeSpan.FromMinutes(2));
        }

        while (await TakeAsync(StorageNames.OutboxQueue) is { Count: > 0 } questions)
            foreach (var name in questions.Distinct()) await Hosts[0].Rig.Get<OutboxDispatcher>().DispatchAsync(ModelName.Parse(name), default);
        Hear();
        await AssertToldAsync(await CheckAsync());
    }

    private async Task AssertToldAsync(RolloutRows rows)
    {
        Assert.Empty(rows.Outbox);
        Assert.Equal(rows.Entries.Select(entry => entry.Id.ToString()).Order(), published.Where(one => one.Subject!.Split('/')[1] == model.Value).Select(one => one.Id).Distinct().Order());
        // The model itself is a copy that the test has made.
        await SchemaCheck.CheckAsync(published.Where(one => one.Subject!.Split('/')[1] == model.Value && one.Type != EventTypes.Of(Actions.ModelCreated)));
        foreach (var rollout in rows.Rollouts) Ended[rollout.Stage] = Ended.GetValueOrDefault(rollout.Stage) + 1;
        // The timer finds models by the catalog, which their events mend.
        await Hosts[0].Rig.Get<Projections>().HandleAsync(published[^1], default);
        Assert.Null((await Hosts[0].Rig.Get<ModelCatalog>().AllAsync(default).FirstAsync(one => one.Name == model)).Rollouts);
    }
}
