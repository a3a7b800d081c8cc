using Azure.Data.Tables;
using Azure.Storage.Queues;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Events;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Store;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Services.Tests.Monitoring.Alerts;
using Serverless.Testing;

namespace Serverless.Services.Tests.Rollout;

/// <summary>A host dies at each of its calls to storage in turn, before storage has it and after; another one goes on: all comes to the same.</summary>
public sealed class KilledRolloutTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Policy = """{"shadow": {"minimumRows": 100, "minimumDays": 0, "margin": 0.05}, "release": {"bakingTime": "PT10M", "minimumRows": 10}}""";

    // The first work after the promotion.
    private const int Promoted = 3;

    private IReadOnlyList<ModelVersion> versions = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_OnTheWayToChampion_AnotherHostComesToTheSame(bool afterwards)
    {
        var calls = await AtEachCallAsync(afterwards, from: 0, [], RolloutStage.Champion, champion: 2);
        Assert.True(calls > 100, $"{calls} calls");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_WhileCallersAreSentBack_AnotherHostComesToTheSame(bool afterwards)
    {
        var calls = await AtEachCallAsync(afterwards, from: Promoted, [RolloutAction.Rollback], RolloutStage.RolledBack, champion: 1);
        Assert.True(calls > 20, $"{calls} calls");
    }

    private async Task<int> AtEachCallAsync(bool afterwards, int from, IReadOnlyList<RolloutAction> actions, RolloutStage end, int champion)
    {
        await using var topic = await Receiver.StartAsync();
        versions = await Versions.PoolAsync(azurite.ConnectionString, topic.Address + "/events", 2);
        var (clock, evidence) = (new MovedClock(), new StatedEvidence { Shadow = StatedEvidence.Agrees(10_000) });
        await using var next = new RolloutRig(azurite.ConnectionString, clock, evidence, topic.Address + "/events", new Kill(0, false));
        var whole = await LiveAsync(next, next);
        for (var at = 1; ; at++)
        {
            var kill = new Kill(at, afterwards);
            await using var first = new RolloutRig(azurite.ConnectionString, clock, evidence, topic.Address + "/events", kill);
            var told = await LiveAsync(first, next);
            Assert.Equal(whole.Story, told.Story);
            Assert.Equal((end, champion), (told.End, told.Champion));
            if (!kill.Dead) return at;
        }

        async Task<Life> LiveAsync(RolloutRig first, RolloutRig second)
        {
            var model = await Versions.CopyAsync(second, versions, PolicyDocument.Parse($$"""{"rollout": {{Policy}}}""", isYaml: false), 1, clock.GetUtcNow());
            foreach (var (at, work) in Works(model, clock, actions).Index())
                if (at < from || await DiesAsync(first, work)) await work(second);
            await AnswerAsync(second);
            return await ToldAsync(second, topic, model);
        }
    }

    // Each as often as it is repeated: a caller repeats what was not answered, with the same id.
    private static IEnumerable<Func<RolloutRig, Task>> Works(ModelName model, MovedClock clock, IReadOnlyList<RolloutAction> actions)
    {
        yield return rig => OnceAsync(() => rig.Get<RolloutCommands>().StartAsync(model, new(2), "registered-2", new("ada", "start", null), default));
        yield return rig => rig.AdvanceAsync(model);
        clock.Advance(TimeSpan.FromMinutes(11));
        yield return rig => rig.AdvanceAsync(model);
        foreach (var action in actions) yield return rig => OnceAsync(() => rig.Get<RolloutCommands>().ActAsync(model, action, "because", new("ada", $"{action}", null), default));
        foreach (var _ in Enumerable.Range(0, 2))
        {
            clock.Advance(TimeSpan.FromHours(25));
            yield return rig => rig.AdvanceAsync(model);
        }
    }

    // What has been done already is refused as such.
    private static async Task OnceAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (ProblemException done) when (done.Kind == ProblemKind.Conflict)
        {
        }
    }

    private async Task AnswerAsync(RolloutRig rig)
    {
        var queue = new QueueServiceClient(azurite.ConnectionString, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05)).GetQueueClient(StorageNames.OutboxQueue);
        while ((await queue.ReceiveMessagesAsync(32)).Value is { Length: > 0 } questions)
            foreach (var question in questions)
            {
                await rig.Get<OutboxDispatcher>().DispatchAsync(ModelName.Parse(question.MessageText), default);
                await queue.DeleteMessageAsync(question.MessageId, question.PopReceipt);
            }
    }

    private async Task<Life> ToldAsync(RolloutRig rig, Receiver topic, ModelName model)
    {
        var rows = await RolloutRows.ReadAsync(new TableServiceClient(azurite.ConnectionString).GetTableClient(StorageNames.ModelsTable), model);
        var state = Assert.Single(rows.Rollouts);
        await rows.AssertAsync(await rig.Get<RolloutStore>().PolicyAsync(state, default));
        Assert.True(state.IsSettled);
        Assert.Empty(rows.Outbox);
        Assert.Equal(rows.Entries.Select(entry => entry.Id.ToString()).Order(), topic.Events.Where(one => one.Subject!.Split('/')[1] == model.Value).Select(one => one.Id).Distinct().Order());
        return new([.. rows.Entries.Select(entry => $"{entry.Action} {entry.Subject.Replace(model.Value, "", StringComparison.Ordinal)} {entry.After?["stage"]} {entry.After?["step"]}")], state.Stage, rows.Alias);
    }

    // What a process that is killed catches, it does not live to see.
    private static async Task<bool> DiesAsync(RolloutRig rig, Func<RolloutRig, Task> work)
    {
        try
        {
            await work(rig);
        }
        catch (Exception) when (rig.Fault is Kill { Dead: true })
        {
        }

        return rig.Fault is Kill { Dead: true };
    }

    private sealed record Life(IReadOnlyList<string> Story, RolloutStage End, int? Champion);
}
