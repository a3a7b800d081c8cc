using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Storage;

namespace Serverless.Services.Tests.Rollout;

/// <summary>All that storage holds of a model at one moment, and whether it is one truth.</summary>
internal sealed class RolloutRows
{
    private static readonly HashSet<string> Moves = [Actions.RolloutStarted, Actions.RolloutMoved, Actions.RolloutPromoted, Actions.RolloutRejected, Actions.RolloutRolledBack, Actions.RolloutRetired];

    private readonly TableEntity[] audit;

    private RolloutRows(IReadOnlyList<TableEntity> rows)
    {
        var model = rows.Single(row => row.RowKey == StorageNames.ModelRow);
        Model = JsonSerializer.Deserialize(model.GetText("json"), StoredJson.Default.ModelRecord)!;
        Alias = rows.SingleOrDefault(row => row.RowKey == StorageNames.Alias(AliasName.Champion)) is { } alias ? JsonSerializer.Deserialize(alias.GetText("json"), StoredJson.Default.AliasRecord)!.Version : null;
        Traffic = TrafficRows.Read(rows.SingleOrDefault(row => row.RowKey == StorageNames.RolloutRow));
        Rollouts = [.. Of(StorageNames.RolloutPrefix).Select(row => JsonSerializer.Deserialize(row.GetText("json"), RolloutStoredJson.Default.RolloutDocument)!.State)];
        audit = [.. Of(StorageNames.AuditPrefix)];
        Entries = [.. audit.Select(row => JsonSerializer.Deserialize(row.GetText("json"), StoredJson.Default.AuditEntry)!)];
        Outbox = [.. Of(StorageNames.OutboxPrefix).Select(row => row.RowKey)];
        IEnumerable<TableEntity> Of(string prefix) => rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal));
    }

    public ModelRecord Model { get; }

    public int? Alias { get; }

    public TrafficSplit? Traffic { get; }

    public IReadOnlyList<RolloutState> Rollouts { get; }

    public IReadOnlyList<AuditEntry> Entries { get; }

    public IReadOnlyList<string> Outbox { get; }

    public IEnumerable<RolloutState> Open => Rollouts.Where(one => !one.IsSettled);

    /// <summary>One query, so that it is one moment as far as nobody writes.</summary>
    public static async Task<RolloutRows> ReadAsync(TableClient table, ModelName model)
    {
        var partition = StorageNames.Partition(model);
        return new(await table.QueryAsync<TableEntity>(row => row.PartitionKey == partition).OrderBy(row => row.RowKey, StringComparer.Ordinal).ToListAsync());
    }

    public async Task AssertAsync(RolloutPolicy policy)
    {
        Assert.Equal(Model.Champion, Alias);
        var (walked, problem) = await AuditChain.WalkAsync(audit.ToAsyncEnumerable(), Model.Audit);
        Assert.True(problem is null && walked == audit.Length, $"{walked} of {audit.Length} entries: {problem}");
        Assert.Equal(Rollouts.Where(one => !one.IsSettled).Select(one => one.Id).Order(), (Model.Rollouts ?? []).Order());
        Assert.True(Rollouts.Count(one => !one.IsOver) <= 1, "More than one rollout is not over.");
        AssertStories();
        AssertChampions();
        AssertTraffic(policy);
    }

    // What the trail tells of each rollout joins from its beginning to where it stands: no move twice, none left out, none that is not allowed.
    private void AssertStories()
    {
        var told = Entries.Where(entry => Moves.Contains(entry.Action)).GroupBy(entry => entry.After!["rollout"]!.GetValue<string>()).ToDictionary(story => Guid.Parse(story.Key), story => story.ToArray());
        Assert.Equal(Rollouts.Select(one => one.Id).Order(), told.Keys.Order());
        foreach (var rollout in Rollouts)
        {
            var story = told[rollout.Id];
            Assert.Equal(rollout.Revision + 1, story.Length);
            Assert.Equal((Actions.RolloutStarted, null, RolloutStage.Registered), (story[0].Action, story[0].Before, At(story[0].After!).Stage));
            foreach (var (before, next) in story.Zip(story.Skip(1)))
            {
                Assert.Equal(At(before.After!), At(next.Before!));
                var (from, to) = (At(next.Before!).Stage, At(next.After!).Stage);
                Assert.True(from == to || RolloutStages.Allows(from, to), $"{from} to {to}");
            }

            Assert.Equal((rollout.Stage, rollout.Step), At(story[^1].After!));
        }
    }

    // Who is retired, or ends because the champion changed, is not champion, and somebody else was made so.
    private void AssertChampions()
    {
        (int? Version, bool Known) champion = default;
        foreach (var entry in Entries)
        {
            if (entry.Action is Actions.AliasMoved or Actions.AliasDeleted) champion = (entry.After?["version"]?.GetValue<int>(), true);
            if (entry.Action == Actions.RolloutRetired) Assert.True(champion.Known && champion.Version != entry.After!["version"]!.GetValue<int>(), $"{entry.Subject}: {entry.Reason}");
            if (entry.Reason?.Contains(" is champion now", StringComparison.Ordinal) == true) Assert.StartsWith($"Version {champion.Version} is champion now", entry.Reason, StringComparison.Ordinal);
        }
    }

    // A champion that was changed by hand is known to a rollout at its next look: until then its split is that of before.
    private void AssertTraffic(RolloutPolicy policy)
    {
        var open = Open.ToArray();
        if (Array.Exists(open, one => Model.Champion != (one.Stage == RolloutStage.Champion ? one.Version : one.Champion))) return;
        var expected = (Array.Find(open, one => !one.IsOver) ?? open.LastOrDefault()) is { } state ? RolloutTraffic.Split(state, policy.Of(state), TrafficPlan.Of(state, policy.Of(state))) : null;
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(Traffic));
    }

    private static (RolloutStage Stage, int Step) At(JsonNode story) => (Enum.Parse<RolloutStage>(story["stage"]!.GetValue<string>(), ignoreCase: true), story["step"]!.GetValue<int>());
}
