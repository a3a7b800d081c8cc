using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Running;

/// <summary>Gathers requests that arrive together into one run. When that run fails each request runs on its own, so that only the bad one fails.</summary>
internal sealed class Batcher(BatchingPolicy policy, ServingPolicy limits, Runner runner, CallPool pool, TimeProvider clock)
{
    private readonly Lock gathering = new();
    private readonly int capacity = limits.MaxConcurrency + limits.MaxQueue;
    private Batch? open;
    private int members;
    private int running;

    /// <summary>Requests whose run has not begun.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref members) - Volatile.Read(ref running));

    /// <summary>Ends when the call's outputs are there.</summary>
    public Task AddAsync(InferenceCall call)
    {
        if (Interlocked.Increment(ref members) > capacity)
        {
            Interlocked.Decrement(ref members);
            throw new ProblemException(ProblemKind.TooManyRequests, "The model's queue is full.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
        Batch? full = null;
        Batch? other = null;
        Member member = new(call);
        lock (gathering)
        {
            if (open is not null && !open.Takes(call, policy.MaxRows)) (other, open) = (open, null);
            open ??= Open();
            open.Add(member);
            if (open.Rows >= policy.MaxRows) (full, open) = (open, null);
        }
        if (other is not null) Start(other);
        if (full is not null) Start(full);
        return member.Done.Task;
    }

    private Batch Open()
    {
        var batch = new Batch();
        batch.Timer = clock.CreateTimer(_ => Expire(batch), null, policy.MaxDelay, Timeout.InfiniteTimeSpan);
        return batch;
    }

    private void Expire(Batch batch)
    {
        lock (gathering)
        {
            if (!ReferenceEquals(open, batch)) return;
            open = null;
        }
        Start(batch);
    }

    private void Start(Batch batch)
    {
        batch.Timer?.Dispose();
        _ = Task.Run(() => RunAsync(batch));
    }

    private async Task RunAsync(Batch batch)
    {
        var (gate, count) = (batch.Members[0].Call.Servable.Gate, batch.Members.Count);
        try
        {
            await gate.EnterAsync(CancellationToken.None);
        }
        catch (ProblemException full)
        {
            Interlocked.Add(ref members, -count);
            foreach (var member in batch.Members) member.Done.SetException(full);
            return;
        }
        Interlocked.Add(ref running, count);
        try
        {
            batch.DropAbandoned();
            if (batch.Members.Count < 2 || !TryRunTogether(batch)) batch.Members.ForEach(RunAlone);
        }
        finally
        {
            gate.Leave();
            Interlocked.Add(ref members, -count);
            Interlocked.Add(ref running, -count);
        }
    }

    private void RunAlone(Member member)
    {
        try
        {
            runner.Compute(member.Call);
            member.Done.SetResult();
        }
        catch (Exception error)
        {
            member.Call.ForgetOutputs();
            member.Done.SetException(error);
        }
    }

    private bool TryRunTogether(Batch batch)
    {
        var lead = batch.Members[0].Call;
        lead.Session.TryEnter(clock.GetTimestamp());
        var whole = pool.Rent(new(lead.Servable, lead.Session, lead.Route), lead.StartedAt);
        try
        {
            BatchTensors.Join(batch.Calls, whole);
            runner.Compute(whole);
            if (!BatchTensors.CanSplit(whole, batch.Rows)) throw new ProblemException(ProblemKind.ModelFailed, "An output's first dimension does not count rows.");
        }
        catch (Exception error) when (error is ProblemException or OverflowException)
        {
            pool.Return(whole);
            return false;
        }
        BatchTensors.Split(batch.Calls, whole, pool);
        batch.Members.ForEach(member => member.Done.SetResult());
        return true;
    }
}
