using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Services.Events;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>What an alert's step tells, as it was at that moment: the data of the event, and what webhooks get.</summary>
/// <param name="Id">The step's id: the event's id and the idempotency key of every delivery.</param>
/// <param name="Sequence">Grows with every change of the alert: of two steps that come out of order, the one with the larger number is later.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Model">The model.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Alert">The alert's id.</param>
/// <param name="Signal">What is watched.</param>
/// <param name="Cause">Whether breaches were found, or the monitor fails.</param>
/// <param name="Status">Where the alert stands after the step.</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Since">The start of the window in which the breaches began.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Reason">Why.</param>
public sealed record AlertNotice(
    Guid Id, int Sequence, string Type, DateTimeOffset Time, string Model, string Monitor, Guid Alert, Signal Signal, AlertCause Cause,
    AlertStatus Status, AlertSeverity Severity, DateTimeOffset Since, string Actor, string Reason)
{
    /// <summary>The newest finding in breach.</summary>
    public Guid? Finding { get; init; }

    /// <summary>What it says.</summary>
    public string? Summary { get; init; }

    /// <summary>What changed most, and how sure that is.</summary>
    public IReadOnlyList<AlertCheck> Top { get; init; } = [];

    /// <summary>The share of columns that drifted, or of rows with the commonest breach of the contract; absent for other signals.</summary>
    public double? Share { get; init; }

    /// <summary>How often the rule fired lately.</summary>
    public int Firings { get; init; }

    /// <summary>Whether it is held because it comes and goes.</summary>
    public bool Flapping { get; init; }

    /// <summary>Where to look first; for steps to firing.</summary>
    public Diagnosis? Diagnosis { get; init; }

    /// <summary>Where to read more.</summary>
    public AlertLinks? Links { get; init; }

    /// <summary>W3C trace context, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The notice of a step.</summary>
    public static AlertNotice Of(AlertState alert, AlertTransition step, Diagnosis? diagnosis, AlertLinks links, string? trace) => new(
        step.Id, alert.Revision, TypeOf(step), step.Time, alert.Model, alert.Monitor, alert.Id, alert.Signal, alert.Cause, step.To, alert.Severity, alert.Since, step.Actor, step.Reason)
    {
        Finding = alert.Finding, Summary = alert.Summary, Top = alert.Top, Share = alert.Share, Firings = alert.Firings, Flapping = alert.Flapping,
        Diagnosis = diagnosis, Links = links, TraceParent = trace,
    };

    /// <summary>What the event is about.</summary>
    public string Subject() => $"models/{Model}/alerts/{Alert:D}";

    /// <summary>The event's type, without the prefix.</summary>
    public string Name() => Type[EventTypes.Monitoring.Length..];

    /// <summary>The event. Its story is the alert's, and its cause the finding that the alert is about.</summary>
    public OutboxEvent Event()
    {
        var (correlation, causation) = (Alert.ToString("D"), (Finding ?? Alert).ToString("D"));
        var data = JsonSerializer.SerializeToNode(this, AlertStoredJson.Default.AlertNotice)!.AsObject();
        data["correlationId"] = correlation;
        data["causationId"] = causation;
        return new(Id, Type, Subject(), Time, TraceParent, data) { CorrelationId = correlation, CausationId = causation };
    }

    private static string TypeOf(AlertTransition step) => EventTypes.Monitoring + step switch
    {
        { From: AlertStatus.Firing, To: AlertStatus.Firing } => nameof(AlertEvent.AlertReminded),
        { To: AlertStatus.Firing } => nameof(AlertEvent.AlertFired),
        { To: AlertStatus.Acknowledged } => nameof(AlertEvent.AlertAcknowledged),
        _ => nameof(AlertEvent.AlertResolved),
    };
}

/// <summary>What can be told of an alert.</summary>
public enum AlertEvent
{
    /// <summary>It fires.</summary>
    AlertFired,
    /// <summary>It still fires, and nobody has acknowledged it.</summary>
    AlertReminded,
    /// <summary>Somebody has taken it.</summary>
    AlertAcknowledged,
    /// <summary>It is over.</summary>
    AlertResolved,
}

/// <summary>Where to read more.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Model">The model.</param>
/// <param name="Finding">The finding in breach.</param>
/// <param name="Report">Its report.</param>
public sealed record AlertLinks(string Alert, string Model, string? Finding, string? Report)
{
    /// <summary>An alert's links below the suite's address; paths alone where nobody has configured one.</summary>
    public static AlertLinks Of(AlertState alert, string? address)
    {
        var model = $"{address?.TrimEnd('/')}/models/{Uri.EscapeDataString(alert.Model)}";
        var finding = alert.Finding is { } id ? $"{model}/findings/{id:D}" : null;
        return new($"{model}/alerts/{alert.Id:D}", model, finding, finding is null ? null : finding + "/report");
    }
}
