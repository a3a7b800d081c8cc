using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference.Shadows;

/// <summary>Runs a version on the inputs of a request that another one has answered, and logs what it says. Nothing that happens here concerns the caller.</summary>
internal sealed class ShadowRunner(
    SessionCache sessions, CallPool pool, Runner runner, PredictionRecorder recorder, ShadowLog log, ShadowCounters counters, InferenceMeters meters, TimeProvider clock)
{
    private const int Failed = 500;

    /// <summary>Runs it, unless callers need what it would take.</summary>
    public void Run(ShadowJob job, Servable version, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested) Drop(version, ShadowDrop.Shutdown);
        else if (!version.Gate.HasRoom) Drop(version, ShadowDrop.Busy);
        else if (!log.Writer.HasRoom) Drop(version, ShadowDrop.Log);
        else if (sessions.TryEnter(version.Key) is { } session) Run(job, pool.Rent(new(version, session, Route.Shadow), clock.GetTimestamp()), stopping);
        else
        {
            sessions.Prepare(version.Version, version.Key);
            Drop(version, ShadowDrop.Loading);
        }
    }

    private void Drop(Servable version, ShadowDrop reason)
    {
        counters.Drop(1, reason);
        meters.ShadowDropped(version);
    }

    private void Run(ShadowJob job, InferenceCall call, CancellationToken stopping)
    {
        try
        {
            var problem = Compute(job, call, stopping);
            if (problem is not null && stopping.IsCancellationRequested)
            {
                Drop(call.Servable, ShadowDrop.Shutdown);
                return;
            }
            recorder.Shadowed(call, job.Answered with
            {
                Version = call.Servable.Version.Number,
                Status = problem?.Status ?? 200,
                Problem = problem?.Type,
                Variant = call.Route.Variant,
                Reason = call.Route.Reason,
                Queue = clock.GetElapsedTime(job.QueuedAt, call.StartedAt),
                Compute = call.ComputedTo > call.ComputedFrom ? clock.GetElapsedTime(call.ComputedFrom, call.ComputedTo) : default,
                Total = clock.GetElapsedTime(job.QueuedAt, clock.GetTimestamp()),
            });
            counters.Finish(problem is null);
            meters.Shadowed(call, problem is null ? ShadowOutcome.Answered : ShadowOutcome.Failed);
        }
        finally
        {
            pool.Return(call);
        }
    }

    private (int Status, string? Type)? Compute(ShadowJob job, InferenceCall call, CancellationToken stopping)
    {
        var limit = new TimeLimit(call);
        try
        {
            call.Follow(job.Call);
            using var timer = clock.CreateTimer(_ => limit.Reach(), null, call.Servable.Policy.Timeout, Timeout.InfiniteTimeSpan);
            using var end = stopping.Register(limit.Reach);
            runner.Compute(call);
            return null;
        }
        catch (ProblemException problem)
        {
            var kind = limit.Reached ? ProblemKind.Timeout : problem.Kind;
            return (Answer.StatusOf(kind), Answer.TypeOf(kind));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return (Failed, null);
        }
        finally
        {
            limit.End();
        }
    }

    // A timer that comes late must not stop the call's next request.
    private sealed class TimeLimit(InferenceCall call)
    {
        private readonly Lock once = new();
        private bool over;

        public bool Reached { get; private set; }

        public void Reach()
        {
            lock (once)
            {
                if (over) return;
                Reached = true;
                call.Terminate();
            }
        }

        public void End()
        {
            lock (once) over = true;
        }
    }
}
