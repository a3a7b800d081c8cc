using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>One thing that a transaction does, as the audit trail and the event tell it.</summary>
/// <param name="Action">One of <see cref="Actions"/>.</param>
/// <param name="Subject">What it is done to, below the model: <c>versions/3</c>, or empty for the model itself.</param>
/// <param name="Before">What changes, before.</param>
/// <param name="After">What changes, after.</param>
/// <param name="Reason">As given, or null.</param>
/// <param name="Correlation">The id of the story that it belongs to, a rollout's; null: what caused it.</param>
internal sealed record Change(string Action, string Subject, JsonNode? Before, JsonNode? After, string? Reason = null, string? Correlation = null);

/// <summary>What a writer has decided on a model's state: the model's next state, the rows that go with it, and the story.</summary>
internal sealed record Plan(ModelRecord Next, IReadOnlyList<TableTransactionAction> Rows, params IReadOnlyList<Change> Changes);

/// <summary>What can be done: to a model, of which <see cref="Events.EventTypes.Of"/> says the event's type; and to keys, silences and webhooks, of which no event tells.</summary>
internal static class Actions
{
    public const string ModelCreated = "ModelCreated";
    public const string ModelChanged = "ModelChanged";
    public const string ModelArchived = "ModelArchived";
    public const string ModelRestored = "ModelRestored";
    public const string VersionRegistered = "VersionRegistered";
    public const string VersionChanged = "VersionChanged";
    public const string VersionArchived = "VersionArchived";
    public const string VersionRestored = "VersionRestored";
    public const string AliasMoved = "AliasMoved";
    public const string AliasDeleted = "AliasDeleted";
    public const string PolicyChanged = "PolicyChanged";
    public const string ErasureRequested = "ErasureRequested";
    public const string PredictionsErased = "PredictionsErased";
    public const string BaselineSet = "BaselineSet";
    public const string AlertAcknowledged = "AlertAcknowledged";
    public const string SilenceSet = "SilenceSet";
    public const string SilenceWithdrawn = "SilenceWithdrawn";
    public const string WebhookSet = "WebhookSet";
    public const string WebhookRemoved = "WebhookRemoved";
    public const string RolloutStarted = "RolloutStarted";
    public const string RolloutMoved = "RolloutMoved";
    public const string RolloutApprovalRequested = "RolloutApprovalRequested";
    public const string RolloutPromoted = "RolloutPromoted";
    public const string RolloutRejected = "RolloutRejected";
    public const string RolloutRolledBack = "RolloutRolledBack";
    public const string RolloutRetired = "RolloutRetired";
    public const string RolloutDecided = "RolloutDecided";
    public const string VersionQuarantined = "VersionQuarantined";
    public const string QuarantineLifted = "QuarantineLifted";
    public const string EvaluationChanged = "EvaluationChanged";
    public const string KeyIssued = "KeyIssued";
    public const string KeyWithdrawn = "KeyWithdrawn";

    /// <summary>What no event tells of: it is not done to a model.</summary>
    public static readonly string[] Untold = [SilenceSet, SilenceWithdrawn, WebhookSet, WebhookRemoved, KeyIssued, KeyWithdrawn];
}
