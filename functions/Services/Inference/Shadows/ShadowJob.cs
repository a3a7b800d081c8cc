using Serverless.Services.Inference.Running;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference.Shadows;

/// <summary>An answered request that waits for the versions that follow it. Its inputs are the request's own: the call is held until they have run.</summary>
/// <param name="Call">The answered call.</param>
/// <param name="Answered">What the log says of it.</param>
/// <param name="Versions">Who follows.</param>
/// <param name="QueuedAt">When it was answered, by the clock's timestamp.</param>
/// <param name="Bytes">The memory that it holds.</param>
/// <param name="Done">Told when every version has run or was dropped; null where nobody waits.</param>
internal sealed record ShadowJob(InferenceCall Call, PredictionHeader Answered, IReadOnlyList<Servable> Versions, long QueuedAt, long Bytes, TaskCompletionSource? Done = null);
