using System.Text.Json;

namespace Serverless.Hosting.Events;

/// <summary>One event for one function, durable until delivered: inside the message, or in a blob when it is large.</summary>
internal sealed record Delivery(string Function, DateTimeOffset Published, JsonElement? Event, string? Blob);

/// <summary>An event that was given up.</summary>
internal sealed record DeadLetter(
    string Function, string DeadLetterReason, long DeliveryAttempts, string LastDeliveryOutcome,
    DateTimeOffset PublishTime, DateTimeOffset LastDeliveryAttemptTime, JsonElement Event);
