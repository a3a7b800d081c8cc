using System.Globalization;
using Azure.Data.Tables;
using Azure.Messaging;
using Azure.Storage.Queues;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Events;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Monitoring.Alerts;

namespace Serverless.Services.Tests.Rollout;

/// <summary>
/// A model's life on a real storage, seeded: hosts that race, die between any two calls and have clocks of their own; people, other systems and messages
/// that come twice, late, in any order or never. After each step storage is one truth; in the end all is settled and told.
/// </summary>
internal sealed partial class RolloutFaultWorld(string storage, Receiver topic, IReadOnlyList<ModelVersion> versions) : IAsyncDisposable
{
    private readonly MovedClock clock = new();
    private readonly StatedEvidence evidence = new();
    private readonly TableClient table = new TableServiceClient(storage).GetTableClient(StorageNames.ModelsTable);
    private readonly QueueServiceClient queues = new(storage, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));
    private readonly List<string> story = [];
    private readonly List<CloudEvent> published = [];
    private RolloutHosts? hosts;
    private Random random = new(0);
    private ModelName model;
    private RolloutPolicy policy = new();
    private readonly Dictionary<string, int> accepted = [];
    private RolloutRows? seen;
    private int racing;

    public int Deaths => hosts?.Deaths ?? 0;

    /// <summary>How rollouts ended.</summary>
    public Dictionary<RolloutStage, int> Ended { get; } = [];

    private RolloutHosts Hosts => hosts ??= new(storage, clock, evidence, topic.Address + "/events");

    public async Task RunAsync(int seed)
    {
        (random, racing) = (new(seed), new Random(seed).Next(2, RolloutHosts.Most + 1));
        story.Clear();
        accepted.Clear();
        try
        {
            await BeginAsync();
            for (var step = random.Next(6, 14); step > 0; step--)
            {
                await StepAsync();
                await CheckAsync();
            }

            await SettleAsync();
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException($"History {seed}: {wrong.Message}\n{string.Join('\n', story)}\n{wrong.StackTrace}");
        }
    }

    public ValueTask DisposeAsync() => hosts?.DisposeAsync() ?? default;

    private async Task BeginAsync()
    {
        var document = RandomPolicies.Draw(random);
        policy = document.Policy.Rollout;
        int? champion = random.Next(8) == 0 ? null : 1;
        model = await Versions.CopyAsync(Hosts[0].Rig, versions, document, champion, clock.GetUtcNow());
        story.Add($"{model}: {document.Json} champion {champion}, {racing} hosts");
        published.Clear();
        (evidence.Offline, evidence.Shadow, evidence.Release) = (Loads(1), StatedEvidence.Agrees(10_000), StatedEvidence.Rows(1_000));
        await RaceAsync(random.Next(1, racing + 1), _ => Start(new(random.Next(2, versions.Count + 1))));
        Hear();
        await CheckAsync();
    }

    // Often just until something is due.
    private void Pass()
    {
        var now = clock.GetUtcNow();
        var next = seen!.Open.Select(one => RolloutClock.NextWake(one, policy.Of(one), now)).Min();
        clock.Advance(random.Next(2) == 0 && next is { } due ? due - now + TimeSpan.FromSeconds(random.Next(3)) : TimeSpan.FromSeconds(random.Next(random.Next(5) == 0 ? 90_000 : 2_000)));
    }

    private async Task StepAsync()
    {
        if (random.Next(2) == 0) Pass();
        if (random.Next(3) == 0) Learn();
        switch (random.Next(10))
        {
            case 0 or 1 or 2 or 6:
                await RaceAsync(random.Next(1, racing + 1), _ => Advance());
                break;
            case 3:
                await DeliverAsync();
                break;
            case 4:
                await DispatchAsync(random.Next(racing));
                break;
            case 5:
                var registered = Registered();
                await RaceAsync(2, _ => registered);
                break;
            default:
                await RaceAsync(random.Next(3) == 0 ? racing : 1, _ => Something());
                break;
        }

        Hear();
    }

    /// <summary>So many hosts at once, each with its work; some die of it. Everything random is drawn before.</summary>
    private async Task RaceAsync(int many, Func<int, (string What, Func<RolloutRig, Task> Work)> draw)
    {
        var order = Enumerable.Range(0, racing).ToArray();
        random.Shuffle(order);
        var works = order.Take(many).Select(at => (At: at, Kill: random.Next(4) == 0 ? random.Next(1, 26) : 0, After: random.Next(2) == 0, Draw: draw(at))).ToArray();
        story.Add(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():MM-dd HH:mm:ss} ") + string.Join(" | ", works.Select(work => $"host {work.At}{(work.Kill > 0 ? $" (killed {(work.After ? "after" : "before")} call {work.Kill})" : "")}: {work.Draw.What}")));
        if (works.Length > 1 && random.Next(2) == 0) await NestAsync([.. works.Select(work => (work.At, Work: (Func<Task>)(() => OnAsync(work.At, work.Kill, work.After, work.Draw.Work))))]);
        else await Task.WhenAll(works.Select(work => OnAsync(work.At, work.Kill, work.After, work.Draw.Work)));
    }

    /// <summary>Each host's work is done whole between two calls of the one before it: what hosts at once come to only by chance.</summary>
    private async Task NestAsync((int At, Func<Task> Work)[] works)
    {
        var rest = works[^1].Work;
        foreach (var (at, work) in works[..^1].Reverse())
        {
            var (left, inner) = (random.Next(1, 20), rest);
            story.Add(string.Create(CultureInfo.InvariantCulture, $"    the others before call {left} of host {at}"));
            rest = async () =>
            {
                var kill = Hosts[at].Kill;
                kill.Before = async _ =>
                {
                    if (Interlocked.Decrement(ref left) == 0) await inner();
                };
                await work();
                kill.Before = null;
                // Who had fewer calls to make is followed by the others.
                if (left > 0) await inner();
            };
        }

        await rest();
    }

    private async Task OnAsync(int at, int kill, bool after, Func<RolloutRig, Task> work)
    {
        var host = Hosts[at];
        host.Kill.In(kill, after);
        try
        {
            await work(host.Rig);
        }
        catch (ProblemException refused) when (refused.Kind is ProblemKind.Conflict or ProblemKind.VersionConflict or ProblemKind.InvalidPolicy or ProblemKind.NotFound)
        {
            lock (story) story.Add($"    host {at}: {refused.Message}");
        }
        catch (Exception) when (host.Kill.Dead)
        {
        }

        host.Kill.In(0, false);
        await Hosts.BuryAsync(at);
    }

    /// <summary>What the topic has heard, whether or not it sends it on.</summary>
    private void Hear()
    {
        while (topic.Events.TryDequeue(out var one)) published.Add(one);
    }

    /// <summary>The topic sends on what it likes, twice, in any order; the queue's messages are seen again when a host dies of them.</summary>
    private async Task DeliverAsync()
    {
        var events = random.GetItems(published.ToArray(), random.Next(1, 5));
        await RaceAsync(1, _ => ($"hears {string.Join(", ", events.Select(one => one.Type))}", async rig =>
        {
            foreach (var one in events) await rig.Get<RolloutRequests>().HandleAsync(one, default);
        }));
        foreach (var message in await TakeAsync(StorageNames.RolloutQueue)) await RaceAsync(random.Next(1, 3), _ => (message, rig => rig.Get<RolloutRequests>().RunAsync(message, default)));
    }

    /// <summary>Another host answers the outbox's questions. A question whose host dies is asked again.</summary>
    private async Task DispatchAsync(int at)
    {
        foreach (var name in (await TakeAsync(StorageNames.OutboxQueue)).Distinct())
        {
            var (kill, after) = (random.Next(3) == 0 ? random.Next(1, 6) : 0, random.Next(2) == 0);
            var died = Hosts.Deaths;
            await OnAsync(at, kill, after, rig => rig.Get<OutboxDispatcher>().DispatchAsync(ModelName.Parse(name), default));
            if (Hosts.Deaths > died) await queues.GetQueueClient(StorageNames.OutboxQueue).SendMessageAsync(name);
        }
    }

    private async Task<IReadOnlyList<string>> TakeAsync(string name)
    {
        var (queue, taken) = (queues.GetQueueClient(name), new List<string>());
        if (!await queue.ExistsAsync()) return taken;
        foreach (var message in (await queue.ReceiveMessagesAsync(32)).Value)
        {
            taken.Add(message.MessageText);
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }

        return taken;
    }
}
