using Microsoft.Extensions.Logging;

namespace Serverless.Hosting.Invocation;

/// <summary>What every function is run with.</summary>
internal sealed record Serving(
    IServiceProvider Root, FunctionCompiler Compiler, FunctionPipeline Pipeline, FunctionTimeouts Timeouts, TimeProvider Clock, ILogger Logger);
