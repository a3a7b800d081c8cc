using Serverless.Hosting.Invocation;
using Serverless.Hosting.Keys;

namespace Serverless.Hosting.Http;

/// <summary>What every HTTP function is served with.</summary>
internal sealed record HttpServing(Serving Serving, KeyCheck Keys, RequestGate Gate);
