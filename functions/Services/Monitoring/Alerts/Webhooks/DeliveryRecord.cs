namespace Serverless.Services.Monitoring.Alerts;

/// <summary>One try to bring a step of an alert, or an event, to one webhook.</summary>
/// <param name="Model">The model.</param>
/// <param name="Step">The step's or the event's id.</param>
/// <param name="Webhook">The webhook.</param>
/// <param name="Attempt">From 1.</param>
public sealed record DeliveryMessage(string Model, Guid Step, string Webhook, int Attempt);

/// <summary>How far a delivery is.</summary>
public enum DeliveryStatus
{
    /// <summary>It failed, and is tried again.</summary>
    Waiting,
    /// <summary>The receiver took it.</summary>
    Delivered,
    /// <summary>It failed for good.</summary>
    GivenUp,
}

/// <summary>How a step or an event reached a webhook: recorded once, however often it was sent.</summary>
/// <param name="Step">Its id.</param>
/// <param name="Webhook">The webhook.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="Time">When it was tried last.</param>
/// <param name="HttpStatus">The receiver's last status.</param>
/// <param name="Reason">What went wrong last.</param>
/// <param name="Next">When it is tried again, at the earliest.</param>
public sealed record DeliveryRecord(Guid Step, string Webhook, DeliveryStatus Status, int Attempts, DateTimeOffset Time, int? HttpStatus, string? Reason, DateTimeOffset? Next = null);

/// <summary>A step or an event that a webhook is told of, and how far that is.</summary>
/// <param name="Id">Its id: the <c>webhook-id</c> of the requests.</param>
/// <param name="Model">The model that it is about.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Status">How far it is; <c>waiting</c> without a try while it is queued.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="Time">When it was tried last.</param>
/// <param name="Next">When it is tried again, at the earliest.</param>
/// <param name="HttpStatus">The receiver's last status.</param>
/// <param name="Reason">What went wrong last.</param>
public sealed record WebhookDelivery(Guid Id, string Model, string Type, DeliveryStatus Status, int Attempts, DateTimeOffset? Time, DateTimeOffset? Next, int? HttpStatus, string? Reason);
