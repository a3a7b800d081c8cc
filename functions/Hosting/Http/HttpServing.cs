using Microsoft.Extensions.Logging;
using Serverless.Hosting.Invocation;

namespace Serverless.Hosting.Http;

/// <summary>What every HTTP function is served with.</summary>
internal sealed record HttpServing(
    FunctionCompiler Compiler, FunctionPipeline Pipeline, FunctionTimeouts Timeouts, TimeProvider Clock, ILogger Logger);
