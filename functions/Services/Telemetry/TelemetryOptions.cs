using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Telemetry;

/// <summary>What the suite tells of itself.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry";

    /// <summary>Whether requests are counted and <c>/metrics</c> answers.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>How many models, versions and variants are told apart; what comes later is counted as <c>(other)</c>.</summary>
    [Range(1, 100_000)]
    public int MaxSeries { get; set; } = 500;

    /// <summary>How long a view of storage (poison queues, the outbox) is good before it is looked at again, in the background.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks the ranges at start.</summary>
[OptionsValidator]
public sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
