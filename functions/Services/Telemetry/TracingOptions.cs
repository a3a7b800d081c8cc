using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Telemetry;

/// <summary>Which traces are recorded.</summary>
public sealed class TracingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tracing";

    /// <summary>
    /// The share of requests whose trace begins here that is recorded. A request that comes with a <c>traceparent</c> follows its caller's choice; what no request
    /// causes (a scan by the timer, a look at a rollout) is rare and always recorded.
    /// </summary>
    [Range(0, 1)]
    public double RequestRatio { get; set; } = 0.05;
}

/// <summary>Validates <see cref="TracingOptions"/>.</summary>
[OptionsValidator]
public sealed partial class TracingOptionsValidator : IValidateOptions<TracingOptions>;
