using System.Diagnostics;

namespace Serverless.Services.Telemetry;

/// <summary>What spans of every room have in common.</summary>
public static class Spans
{
    /// <summary>Notes that a step failed: with the failure's kind, never with its words, which may hold what a caller has sent.</summary>
    public static void Failed(this Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().FullName);
}
