using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.ServiceLevels;
using Serverless.Services.Inference.Shadows;

namespace Serverless.Services.Inference;

/// <summary>How a protocol's bytes become tensors and outputs become its bytes.</summary>
internal interface IInferenceProtocol
{
    /// <summary>Which one it is, to metrics.</summary>
    public RequestProtocol Kind { get; }

    /// <summary>Refuses content types that the protocol does not have.</summary>
    public void CheckContentType(HttpRequest request);

    /// <summary>Fills the call's inputs from a whole body.</summary>
    public void Read(HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call);

    /// <summary>Writes the call's response.</summary>
    public void Write(InferenceCall call);

    /// <summary>Answers with a problem.</summary>
    public Task RefuseAsync(HttpContext context, ProblemException problem);
}

/// <summary>The way of every request: route, read, run, write, record. Nothing on it allocates for a value, takes a lock or touches a disk.</summary>
internal sealed class InferencePipeline(
    ModelRouter router, Runner runner, Retreat retreat, CallPool pool, PredictionRecorder recorder, RequestTally tally, InferenceMeters meters, RequestsInFlight requests, ShadowQueue shadows,
    IOptions<InferenceOptions> options, TimeProvider clock)
{
    private readonly InferenceOptions settings = options.Value;

    /// <summary>Answers a request, or tells what was wrong with it.</summary>
    public async Task AnswerAsync(IInferenceProtocol protocol, HttpRequest request, string model, string? version, CancellationToken cancel)
    {
        var arrived = clock.GetTimestamp();
        requests.Enter();
        InferenceCall? call = null;
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            protocol.CheckContentType(request);
            call = pool.Rent(await router.RouteAsync(model, version, cancel), clock.GetTimestamp());
            call.ArrivedAt = arrived;
            meters.Begin(call);
            await AnswerAsync(protocol, request, call, cancel);
            status = StatusCodes.Status200OK;
        }
        catch (ProblemException problem)
        {
            status = Answer.StatusOf(problem.Kind);
            await protocol.RefuseAsync(request.HttpContext, problem);
        }
        catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller has left: nobody reads an answer, and nothing has failed.
            status = PredictionRecorder.CallerLeft;
        }
        finally
        {
            tally.Count(call, model, version, status, arrived);
            meters.End(protocol.Kind, call, status);
            if (call is not null) End(call);
            requests.Leave();
        }
    }

    private void End(InferenceCall call)
    {
        InferenceTracing.Tell(call, clock);
        pool.Return(call);
    }

    private async ValueTask AnswerAsync(IInferenceProtocol protocol, HttpRequest request, InferenceCall call, CancellationToken cancel)
    {
        recorder.Admit(call);
        try
        {
            using var kept = await ReadAsync(protocol, request, call, cancel);
            call.Complete(settings.MaxRows);
            try
            {
                await runner.RunAsync(call, cancel);
                call.Ids.Make(call.Rows, clock.GetUtcNow());
                protocol.Write(call);
            }
            catch (Exception failure) when (Retreat.Helps(call, failure))
            {
                await retreat.AnswerAsync(protocol, request, call, kept.Bytes, failure, cancel);
            }
        }
        catch (Exception failure)
        {
            await RecordAsync(failure, request, call, cancel);
            throw;
        }
        // What is said to be kept is kept before it is said.
        await recorder.AnsweredAsync(call, request, cancel);
        call.AnsweredAt = clock.GetTimestamp();
        await ResponseSending.SendAsync(request.HttpContext, call, settings.CompressFromBytes, cancel);
        if (call.Traffic is { HasShadows: true } plan && plan.Following(call.TrafficKey!, call.Servable) is { Count: > 0 } versions)
            await FollowAsync(request, call, versions);
    }

    private async Task FollowAsync(HttpRequest request, InferenceCall call, List<Servable> versions)
    {
        var answered = recorder.Describe(call, request, StatusCodes.Status200OK, null);
        // A server that reads a connection's next request when this invocation ends is not kept from it, but where the platform asks for that.
        if (settings.ShadowHoldsInvocation) await request.HttpContext.Response.CompleteAsync();
        // Its caller has the answer, whatever the invocation still waits for.
        requests.Leave();
        try
        {
            await shadows.OfferAsync(call, answered, versions);
        }
        finally
        {
            requests.Enter();
        }
    }

    // Gives back the body where the champion would have to read it anew; else nothing is kept of it.
    private async ValueTask<RequestBody> ReadAsync(IInferenceProtocol protocol, HttpRequest request, InferenceCall call, CancellationToken cancel)
    {
        call.Servable.Gate.CheckRoom();
        if (request.Headers.TryGetValue("x-routing-key", out var key)) call.Keys.Route(key);
        var body = await RequestBody.ReadAsync(request, call.Servable.Policy.MaxBodyBytes, cancel);
        var kept = false;
        try
        {
            protocol.Read(request, body.Bytes.Span, call);
            if (call.Traffic is null) return default;
            call.TrafficKey = call.Traffic.KeyOf(call, request, clock.GetUtcNow());
            if (call.Traffic.HasArms && router.Redirect(call) is { } arm && !call.TrySwitch(arm)) kept = TryReadAgain(protocol, request, body.Bytes.Span, call, arm);
            return kept ? body : default;
        }
        finally
        {
            if (!kept) body.Dispose();
        }
    }

    // For a version that reads requests in its own way. One that takes the champion's word for wrong must not fail its callers.
    private static bool TryReadAgain(IInferenceProtocol protocol, HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call, Routed arm)
    {
        var (servable, session, route, key) = (call.Servable, call.Session, call.Route, call.Keys.RoutingKey);
        session.TryEnter(call.StartedAt);
        try
        {
            call.Restart(arm);
            call.Keys.Route(key);
            protocol.Read(request, body, call);
            call.CheckInputs();
            session.Leave();
            return true;
        }
        catch (ProblemException)
        {
            call.Restart(new(servable, session, route with { Reason = Route.ArmRefuses }));
            call.Keys.Route(key);
            protocol.Read(request, body, call);
            return false;
        }
    }

    private async ValueTask RecordAsync(Exception failure, HttpRequest request, InferenceCall call, CancellationToken cancel)
    {
        if (failure is OperationCanceledException && request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            await recorder.FailedAsync(call, request, PredictionRecorder.CallerLeft, null, CancellationToken.None);
            return;
        }
        await (failure is ProblemException problem
            ? recorder.RefusedAsync(call, request, problem, cancel)
            : recorder.FailedAsync(call, request, StatusCodes.Status500InternalServerError, null, cancel));
        IdHeader.Set(request.HttpContext.Response, call.Ids);
    }
}
