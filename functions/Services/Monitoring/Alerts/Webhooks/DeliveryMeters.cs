using System.Diagnostics.Metrics;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>How deliveries to webhooks end.</summary>
/// <param name="meters">Makes the instrument.</param>
public sealed class DeliveryMeters(IMeterFactory meters)
{
    private readonly Counter<long> deliveries = meters.Create(MonitoringMeter.Name).CreateCounter<long>("mlops.webhook.deliveries", description: "Requests to webhooks, by outcome: delivered, failed (it is tried again), given_up.");

    /// <summary>A request was made.</summary>
    internal void Made(DeliveryRecord record) => deliveries.Add(1, new KeyValuePair<string, object?>("outcome", Name(record.Status)));

    private static string Name(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Delivered => "delivered",
        DeliveryStatus.Waiting => "failed",
        DeliveryStatus.GivenUp => "given_up",
    };
}
