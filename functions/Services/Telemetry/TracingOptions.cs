using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Telemetry;

/// <summary>Which traces are recorded.</summary>
public sealed class TracingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tracing";

    /// <summary>
    /// How many requests a second are recorded of those whose trace begins here, in each instance; 0 for none. A request that comes with a <c>traceparent</c> follows its
    /// caller's choice; what no request causes (a scan by the timer, a look at a rollout) is rare and always recorded.
    /// </summary>
    [Range(0, 1_000_000)]
    public double RequestsPerSecond { get; set; } = 5;
}

/// <summary>Validates <see cref="TracingOptions"/>.</summary>
[OptionsValidator]
public sealed partial class TracingOptionsValidator : IValidateOptions<TracingOptions>;
