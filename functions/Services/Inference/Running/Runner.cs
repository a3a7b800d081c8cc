using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Meters;

namespace Serverless.Services.Inference.Running;

/// <summary>
/// Runs a call within its model's limits. A run that is expected to be short stays on the request's thread; a longer one goes
/// to another, so that a time-out or a caller who leaves is answered at once while ONNX Runtime stops at its next node.
/// </summary>
internal sealed class Runner(CallPool pool, InferenceMeters meters, IOptions<InferenceOptions> options, TimeProvider clock, ILogger<Runner> logger)
{
    private readonly TimeSpan inlineRun = options.Value.InlineRun;

    /// <summary>Computes a call's outputs.</summary>
    /// <exception cref="ProblemException">Queue full, out of time, or the model failed.</exception>
    public ValueTask RunAsync(InferenceCall call, CancellationToken cancel)
    {
        call.QueuedAt = clock.GetTimestamp();
        if (call.Servable is { Batched: true, Policy.Batching: { } batching })
            return new(FinishAsync(call.Servable.Batcher(() => new(batching, call.Servable.Policy, this, pool, clock)).AddAsync(call), call, cancel));
        if (!call.Servable.Gate.TryEnter()) return new(RunLongAsync(WaitAsync(call, cancel), call, cancel));
        if (!IsShort(call)) return new(RunLongAsync(Task.CompletedTask, call, cancel));
        try
        {
            Compute(call);
        }
        finally
        {
            call.Servable.Gate.Leave();
        }
        return default;
    }

    /// <summary>Computes on this thread and notes what it took.</summary>
    public void Compute(InferenceCall call)
    {
        call.ComputedFrom = clock.GetTimestamp();
        meters.Ran(call);
        try
        {
            call.Compute();
        }
        catch (OnnxRuntimeException error)
        {
            throw Describe(call, error);
        }
        finally
        {
            call.ComputedTo = clock.GetTimestamp();
        }
        call.Session.Took(call.ComputedTo - call.ComputedFrom, call.Rows);
    }

    private async Task RunLongAsync(Task turn, InferenceCall call, CancellationToken cancel)
    {
        await turn;
        var gate = call.Servable.Gate;
        var work = Task.Run(() =>
        {
            try
            {
                Compute(call);
            }
            finally
            {
                gate.Leave();
            }
        }, CancellationToken.None);
        await FinishAsync(work, call, cancel);
    }

    private async Task FinishAsync(Task work, InferenceCall call, CancellationToken cancel)
    {
        var (model, version, limit) = (call.Servable.Model, call.Servable.Version.Number, call.Servable.Policy.Timeout);
        try
        {
            await work.WaitAsync(Left(call), clock, cancel);
        }
        catch (TimeoutException)
        {
            Abandon(call, work);
            logger.RunTimedOut(model.Value, version, limit.TotalSeconds);
            throw OutOfTime(limit);
        }
        catch (OperationCanceledException) when (!work.IsCompleted)
        {
            Abandon(call, work);
            throw;
        }
    }

    private void Abandon(InferenceCall call, Task work)
    {
        call.Hold();
        call.Terminate();
        // Whatever becomes of the run, it lets go of the call then; nobody waits for its exception.
        work.ContinueWith((done, _) =>
        {
            _ = done.Exception;
            pool.Return(call);
        }, null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task WaitAsync(InferenceCall call, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(Left(call), clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            await call.Servable.Gate.EnterAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw OutOfTime(call.Servable.Policy.Timeout);
        }
    }

    private bool IsShort(InferenceCall call)
    {
        var limit = Math.Min(inlineRun.Ticks, call.Servable.Policy.Timeout.Ticks / 4);
        return call.Session.Expected(call.Rows) is { } expected && expected * (double)TimeSpan.TicksPerSecond / clock.TimestampFrequency <= limit;
    }

    private TimeSpan Left(InferenceCall call)
    {
        var left = call.Servable.Policy.Timeout - clock.GetElapsedTime(call.StartedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private ProblemException Describe(InferenceCall call, OnnxRuntimeException error)
    {
        if (error.Message.StartsWith("[ErrorCode:InvalidArgument]", StringComparison.Ordinal))
            return new(ProblemKind.InvalidTensor, $"The model refuses these tensors: {error.Message}");
        if (!call.IsTerminated) logger.RunFailed(call.Servable.Model.Value, call.Servable.Version.Number, Node(error.Message));
        return new(ProblemKind.ModelFailed, $"The model failed on this request: {error.Message}");
    }

    // ONNX Runtime names the node, and then the value that it stumbled over: that is the caller's alone.
    private static string Node(string message) => message.IndexOf("Status Message:", StringComparison.Ordinal) is >= 0 and var end ? message[..end].TrimEnd() : message;

    private static ProblemException OutOfTime(TimeSpan limit) =>
        new(ProblemKind.Timeout, $"The model did not answer within its {limit.TotalSeconds} s.");
}
