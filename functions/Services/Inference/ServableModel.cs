using System.Collections.Concurrent;
using System.Globalization;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>A model's snapshot, its versions prepared as they are asked for.</summary>
internal sealed class ServableModel
{
    private readonly ConcurrentDictionary<int, Servable> versions = new();
    private readonly ModelGate gate;
    private Servable? champion;
    private Servable? answering;
    private int swapNoted;
    private long warmedAt;

    public ServableModel(ModelSnapshot snapshot, ServableModel? predecessor)
    {
        Snapshot = snapshot;
        var policy = snapshot.Policy.Serving;
        gate = predecessor is not null && predecessor.gate.Fits(policy) ? predecessor.gate : new(policy.MaxConcurrency, policy.MaxQueue);
        answering = predecessor?.Answering;
        LatencyBounds = BoundsOf(snapshot.Policy.Monitoring);
        Traffic = snapshot.Traffic is { } split ? new(this, split) : null;
    }

    /// <summary>The model as the registry gave it.</summary>
    public ModelSnapshot Snapshot { get; }

    /// <summary>What the objectives hold latency against, in microseconds; null where the policy has no objective, and nothing is counted.</summary>
    public long[]? LatencyBounds { get; }

    /// <summary>What answered the last request that named no version.</summary>
    public Servable? Answering { get => Volatile.Read(ref answering); set => Volatile.Write(ref answering, value); }

    /// <summary>Who else answers, or follows; null when the champion answers alone.</summary>
    public TrafficPlan? Traffic { get; }

    /// <summary>The champion.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotServable"/></exception>
    public Servable Champion => champion ??= Snapshot.Champion is { } number
        ? Get(number)
        : throw Unservable($"The model \"{Snapshot.Name}\" has no champion; name one of its versions.");

    /// <summary>Requests that wait for a turn. Where they are batched, the gate knows batches, and the batchers know requests.</summary>
    public int Waiting => versions.Values.Sum(version => version.WaitingForBatch) is > 0 and var batched ? batched : gate.Waiting;

    /// <summary>A version by its number or an alias.</summary>
    /// <exception cref="ProblemException">There is none, or it is archived.</exception>
    public Servable Find(string version)
    {
        if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Get(number);
        var alias = AliasName.Parse(version);
        return Snapshot.Aliases.TryGetValue(alias, out number) ? Get(number) : throw new ProblemException(ProblemKind.VersionNotFound,
            $"The model \"{Snapshot.Name}\" has no alias \"{version}\".") { Expected = [.. Existing(), .. Snapshot.Aliases.Keys.Select(name => name.Value).Order()] };
    }

    /// <summary>Whether a version may answer.</summary>
    public bool Serves(int number) => !Snapshot.Archived && Snapshot.Versions.TryGetValue(number, out var version) && !version.Archived;

    /// <summary>A version that may answer, or null.</summary>
    public Servable? TryGet(int number) => Serves(number) ? Get(number) : null;

    /// <summary>The versions that stay loaded, whoever answers, without those that can't answer; empty until it is time to look at them again.</summary>
    /// <param name="now">A timestamp of the clock, above nought.</param>
    /// <param name="every">How many of its ticks lie between two looks.</param>
    public IReadOnlyList<Servable> DueWarm(long now, long every)
    {
        if (Snapshot.Warm.Count == 0 || Volatile.Read(ref warmedAt) is var last && last != 0 && now - last < every) return [];
        return Interlocked.CompareExchange(ref warmedAt, now, last) == last ? [.. Snapshot.Warm.Select(TryGet).OfType<Servable>()] : [];
    }

    /// <summary>True for the first who asks.</summary>
    public bool TryNoteSwap() => Interlocked.Exchange(ref swapNoted, 1) == 0;

    private Servable Get(int number)
    {
        if (versions.TryGetValue(number, out var ready)) return ready;
        if (Snapshot.Archived) throw Unservable($"The model \"{Snapshot.Name}\" is archived.");
        if (!Snapshot.Versions.TryGetValue(number, out var version))
            throw new ProblemException(ProblemKind.VersionNotFound, $"The model \"{Snapshot.Name}\" has no version {number}; it has {Listed()}.")
            { Expected = Existing() };
        if (version.Archived) throw Unservable($"Version {number} of \"{Snapshot.Name}\" is archived.");
        return versions.GetOrAdd(number, _ => new(Snapshot, version, gate) { LatencyBounds = LatencyBounds });
    }

    private static long[]? BoundsOf(MonitoringPolicy policy) => policy.SlosInForce is { Count: > 0 } slos
        ? [.. slos.Values.Where(slo => slo.Kind == SloKind.Latency).Select(slo => slo.Within!.Value.Ticks / TimeSpan.TicksPerMicrosecond).Distinct().Order()]
        : null;

    private ProblemException Unservable(string detail) => new(ProblemKind.NotServable, detail) { Expected = Servables() };

    private string Listed() => Snapshot.Versions.IsEmpty ? "none" : string.Join(", ", Existing());

    private List<string> Existing() => [.. Snapshot.Versions.Keys.Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private List<string> Servables() =>
        [.. Snapshot.Versions.Values.Where(version => !version.Archived && !Snapshot.Archived).Select(version => version.Number.ToString(CultureInfo.InvariantCulture))];
}
