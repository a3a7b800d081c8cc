using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>How a verdict looks. The words always say it too.</summary>
internal static class Tone
{
    /// <summary>The style's class.</summary>
    public static string Of(FindingVerdict verdict) => verdict switch
    {
        FindingVerdict.Breached or FindingVerdict.Failed => "bad",
        FindingVerdict.Ok => "good",
        FindingVerdict.NotEnoughData or FindingVerdict.NotComparable => "open",
    };
}
