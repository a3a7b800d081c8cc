using Serverless.Services.Telemetry;

namespace Serverless.Services.Monitoring;

/// <summary>The room's meter.</summary>
internal static class MonitoringMeter
{
    /// <summary>Its name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Monitoring";
}
