using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Sessions;

/// <summary>What makes two sessions the same: the file's bytes and the runtime's options.</summary>
internal readonly record struct SessionKey(Digest Artifact, RuntimePolicy Runtime);
