using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Registry;

namespace Serverless.Services.Inference.Sessions;

/// <summary>
/// The loaded sessions of this instance: loaded once however many ask at once, from verified bytes, kept under a memory
/// budget (the one used longest ago goes first), disposed of only after their last request.
/// </summary>
internal sealed class SessionCache : IDisposable
{
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    // What had to go sooner after it was loaded had no room to begin with.
    private static readonly TimeSpan ShortLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly ArtifactFiles files;
    private readonly InferenceMeters meters;
    private readonly TimeProvider clock;
    private readonly ILogger<SessionCache> logger;
    private readonly InferenceOptions settings;
    private readonly ConcurrentDictionary<SessionKey, Slot> slots = new();
    private readonly ConcurrentDictionary<SessionKey, Rest> resting = new();
    private readonly Lock making = new();

    public SessionCache(ArtifactFiles files, InferenceMeters meters, IOptions<InferenceOptions> options, TimeProvider clock, ILogger<SessionCache> logger)
    {
        (this.files, this.meters, settings, this.clock, this.logger) = (files, meters, options.Value, clock, logger);
        meters.Meter.CreateObservableGauge("mlops.sessions", () => Count, description: "Sessions that are loaded.");
        meters.Meter.CreateObservableGauge("mlops.session.memory", () => Bytes, "By", "The memory that loaded sessions are estimated to take.");
        meters.Meter.CreateObservableGauge("mlops.session.memory_limit", () => settings.SessionMemoryBytes, "By", "The memory that sessions may take.");
    }

    /// <summary>How many sessions are loaded.</summary>
    public int Count => slots.Values.Count(slot => slot.Loaded is not null);

    /// <summary>Their estimated memory.</summary>
    public long Bytes => slots.Values.Sum(slot => slot.Bytes);

    /// <summary>Enters a session that is loaded; null when it is not. The caller leaves it.</summary>
    public LoadedSession? TryEnter(SessionKey key) =>
        slots.TryGetValue(key, out var slot) && slot.Loaded is { } loaded && loaded.TryEnter(clock.GetTimestamp()) ? loaded : null;

    /// <summary>Enters a session, loaded when need be. The caller leaves it.</summary>
    /// <exception cref="ProblemException">It can't be loaded; after a failure without another attempt until its time has come.</exception>
    public async ValueTask<LoadedSession> EnterAsync(ServableVersion version, SessionKey key, CancellationToken cancel)
    {
        while (true)
        {
            if (TryEnter(key) is { } loaded) return loaded;
            // The load goes on when this caller gives up: others wait for it, or will.
            var fresh = await Load(version, key).WaitAsync(cancel);
            if (fresh.TryEnter(clock.GetTimestamp())) return fresh;
        }
    }

    /// <summary>
    /// Starts to load a session that nobody waits for, unless it failed a moment ago, or had to make room of late and there is still none. Returns at once; tells whether it is loaded or loads.
    /// </summary>
    public bool Prepare(ServableVersion version, SessionKey key)
    {
        if (resting.TryGetValue(key, out var rest) && clock.GetElapsedTime(rest.Since) < rest.For && Bytes + BytesOf(version) > settings.SessionMemoryBytes) return false;
        _ = Load(version, key).ContinueWith(load => load.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in slots.Keys)
            if (slots.TryRemove(key, out var slot)) slot.Retire();
    }

    private Task<LoadedSession> Load(ServableVersion version, SessionKey key)
    {
        lock (making)
        {
            var slot = slots.GetValueOrDefault(key);
            if (slot is not null && (!slot.Load.IsCompleted || slot.IsUsable || clock.GetElapsedTime(slot.FailedAt) < slot.Retry)) return slot.Load;
            var next = new Slot(slot is { Load.IsFaulted: true } ? Min(slot.Retry * 2, LongestRetry) : settings.LoadRetry);
            slots[key] = next;
            return next.Load = Task.Run(() => LoadAsync(version, key, next));
        }
    }

    private async Task<LoadedSession> LoadAsync(ServableVersion version, SessionKey key, Slot slot)
    {
        var start = clock.GetTimestamp();
        try
        {
            var path = await files.GetAsync(key.Artifact, CancellationToken.None);
            var bytes = BytesOf(version);
            MakeRoom(slot, bytes);
            var loaded = new LoadedSession(key, SessionLoader.Load(path, key.Runtime), bytes);
            TryWarmUp(loaded, version);
            loaded.TryEnter(clock.GetTimestamp());
            loaded.Leave();
            (slot.LoadedAt, slot.Loaded) = (clock.GetTimestamp(), loaded);
            meters.Loaded(true);
            logger.SessionLoaded(key.Artifact.Hex, (long)clock.GetElapsedTime(start).TotalMilliseconds, Bytes >> 20, settings.SessionMemoryBytes >> 20);
            return loaded;
        }
        catch (Exception error)
        {
            (slot.FailedAt, slot.Bytes) = (clock.GetTimestamp(), 0);
            meters.Loaded(false);
            logger.SessionFailed(error, key.Artifact.Hex, slot.Retry.TotalSeconds);
            if (error is ProblemException) throw;
            throw new ProblemException(ProblemKind.Unavailable, "The model's session could not be loaded.") { RetryAfter = slot.Retry };
        }
    }

    private void TryWarmUp(LoadedSession loaded, ServableVersion version)
    {
        try
        {
            WarmUp.Run(loaded.Session, version.Signature);
            // The first run prepares, the second one measures.
            var start = clock.GetTimestamp();
            WarmUp.Run(loaded.Session, version.Signature);
            loaded.Took(clock.GetTimestamp() - start, 1);
        }
        catch (Exception error)
        {
            logger.WarmUpFailed(error, loaded.Key.Artifact.Hex);
        }
    }

    private void MakeRoom(Slot wanting, long bytes)
    {
        if (bytes > settings.SessionMemoryBytes)
            throw new ProblemException(ProblemKind.Unavailable,
                $"The version needs about {bytes >> 20} MiB of the {settings.SessionMemoryBytes >> 20} MiB that this instance has for sessions.");
        lock (making)
        {
            while (Bytes + bytes > settings.SessionMemoryBytes) Evict();
            wanting.Bytes = bytes;
        }
    }

    private void Evict()
    {
        var (key, slot) = slots.Where(entry => entry.Value.IsUsable)
            .OrderBy(entry => entry.Value.Loaded!.Busy).ThenBy(entry => entry.Value.Loaded!.UsedAt).FirstOrDefault();
        if (slot is null || !slots.TryRemove(new(key, slot)))
            throw new ProblemException(ProblemKind.Unavailable, "Other models are being loaded; there is no memory for this one yet.") { RetryAfter = settings.LoadRetry };
        meters.Evicted();
        logger.SessionEvicted(key.Artifact.Hex, settings.SessionMemoryBytes >> 20);
        LetRest(key, slot);
        slot.Retire();
    }

    // Sessions that do not fit together, each wanted again at once, would push each other out again and again: who is prepared for later waits, each time twice as long.
    private void LetRest(SessionKey key, Slot slot)
    {
        var now = clock.GetTimestamp();
        foreach (var (other, rest) in resting)
            if (clock.GetElapsedTime(rest.Since, now) > rest.For + ShortLife) resting.TryRemove(new(other, rest));
        var again = resting.TryGetValue(key, out var last) && clock.GetElapsedTime(slot.LoadedAt, now) < ShortLife;
        resting[key] = new(now, again ? Min(last.For * 2, LongestRest) : settings.LoadRetry);
    }

    private long BytesOf(ServableVersion version) => (long)(version.Bytes * settings.SessionMemoryFactor);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed class Slot(TimeSpan retry)
    {
        private LoadedSession? loaded;

        public TimeSpan Retry { get; } = retry;

        public Task<LoadedSession> Load { get; set; } = Task.FromException<LoadedSession>(new InvalidOperationException());

        public long FailedAt { get; set; }

        public long LoadedAt { get; set; }

        public long Bytes { get; set; }

        public LoadedSession? Loaded { get => Volatile.Read(ref loaded); set => Volatile.Write(ref loaded, value); }

        public bool IsUsable => Loaded is not null;

        public void Retire() => Interlocked.Exchange(ref loaded, null)?.Leave();
    }

    /// <summary>Since when a session is gone for want of memory, and for how long nobody brings it back but a caller.</summary>
    private readonly record struct Rest(long Since, TimeSpan For);
}
