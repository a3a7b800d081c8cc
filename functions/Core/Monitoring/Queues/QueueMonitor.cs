namespace Serverless.Core.Monitoring;

/// <summary>The monitor that no policy turns off: whether work that concerns a model was given up.</summary>
public static class QueueMonitor
{
    /// <summary>Its name. No monitor of a document holds a dot.</summary>
    public const string Name = "suite.queues";

    /// <summary>How its findings become an alert.</summary>
    public static AlertPolicy Alert { get; } = new() { Severity = AlertSeverity.Warning };

    /// <summary>One message is enough.</summary>
    /// <param name="givenUp">Messages that lie in poison queues, by the queue that they were on.</param>
    public static ScanOutcome Judge(IReadOnlyDictionary<string, int> givenUp) => givenUp.Count == 0
        ? new(FindingVerdict.Ok, "Nothing is given up.", [])
        : ScanOutcome.Of(givenUp.OrderBy(queue => queue.Key, StringComparer.Ordinal).Select(queue => new FindingCheck(queue.Key, "poison", null, FindingVerdict.Breached, Figures.Say(
            $"{queue.Key}: {queue.Value} {(queue.Value == 1 ? "message was" : "messages were")} tried again and again without an end, and wait in {queue.Key}-poison; the log of the host says why."))
        { Value = queue.Value, Threshold = 0 }));
}
