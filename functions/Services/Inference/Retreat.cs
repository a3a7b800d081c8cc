using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Meters;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.ServiceLevels;

namespace Serverless.Services.Inference;

/// <summary>
/// What a version fails that answers a share of the callers, the champion answers: the request was none of its callers' doing. The failure is logged as the version's,
/// so that guardrails see it. Nothing of this is touched while nothing fails.
/// </summary>
internal sealed class Retreat(ModelRouter router, Runner runner, PredictionRecorder recorder, RequestTally tally, InferenceMeters meters, IOptions<InferenceOptions> options, TimeProvider clock)
{
    /// <summary>Tells a caller that the champion answered for another variant, and why.</summary>
    public const string Header = "x-model-route";

    private const int Failed = StatusCodes.Status500InternalServerError;

    private readonly InferenceOptions settings = options.Value;

    /// <summary>Whether the champion may answer instead: not where the time is over, the queue is full or the caller has left.</summary>
    public static bool Helps(InferenceCall call, Exception failure) =>
        call.Traffic is { } plan && plan.IsArm(call)
        && failure is not (OperationCanceledException or OutOfMemoryException or ProblemException { Kind: ProblemKind.Timeout or ProblemKind.TooManyRequests or ProblemKind.Unavailable });

    /// <summary>Has the champion answer what the version at work could not.</summary>
    /// <param name="protocol">Reads and writes.</param>
    /// <param name="request">The request.</param>
    /// <param name="call">The call that failed.</param>
    /// <param name="body">The body, where the champion reads it in another way than the version did; else empty.</param>
    /// <param name="failure">What the version failed with.</param>
    /// <param name="cancel">Ends the champion's run.</param>
    public async Task AnswerAsync(IInferenceProtocol protocol, HttpRequest request, InferenceCall call, ReadOnlyMemory<byte> body, Exception failure, CancellationToken cancel)
    {
        call.Ids.Make(call.Rows, clock.GetUtcNow());
        call.Ids.Keep();
        var (arm, variant, told) = (call.Servable, call.Route.Variant, recorder.Describe(call, request, Failed, null));
        // Where the champion fails likewise it is the request that was wrong, and the version is told no worse than the champion.
        var (status, problem) = failure is ProblemException known ? (Answer.StatusOf(known.Kind), Answer.TypeOf(known.Kind)) : (Failed, null);
        try
        {
            await GoBackAsync(protocol, request, call, body, cancel);
            await runner.RunAsync(call, cancel);
            call.Ids.Make(call.Rows, clock.GetUtcNow());
            protocol.Write(call);
            request.HttpContext.Response.Headers[Header] = Route.ArmFails;
            meters.Retreated(arm, variant);
            tally.CountCovered(arm, call.ArrivedAt);
            (status, problem) = (Math.Max(status, Failed), problem ?? Answer.TypeOf(ProblemKind.ModelFailed));
        }
        finally
        {
            recorder.Retreated(arm, told with { Status = status, Problem = problem });
        }
    }

    private async Task GoBackAsync(IInferenceProtocol protocol, HttpRequest request, InferenceCall call, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var champion = await router.ReturnAsync(call, cancel);
        call.ForgetRun();
        if (body.IsEmpty && call.TrySwitch(champion)) return;
        var key = call.Keys.RoutingKey;
        call.Restart(champion);
        call.Keys.Route(key);
        protocol.Read(request, body.Span, call);
        call.Complete(settings.MaxRows);
    }
}
