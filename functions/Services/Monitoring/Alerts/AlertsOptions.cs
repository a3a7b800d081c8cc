using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>How alerts are told.</summary>
public sealed class AlertsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Alerts";

    /// <summary>The suite's address as people reach it, for links; without it links are paths.</summary>
    [Url]
    public string? PublicUrl { get; set; }

    /// <summary>How long after a step it is told again where a crash kept it: longer than a step takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far back a diagnosis looks.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "60.00:00:00")]
    public TimeSpan Lookback { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long an alert that is over is kept, with all that was told of it. Longer than a delivery is tried.</summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(90);
}

/// <summary>Checks the options at start.</summary>
[OptionsValidator]
public sealed partial class AlertsOptionsValidator : IValidateOptions<AlertsOptions>;
