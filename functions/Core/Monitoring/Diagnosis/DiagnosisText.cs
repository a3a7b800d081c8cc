using System.Globalization;

namespace Serverless.Core.Monitoring;

/// <summary>A diagnosis in a few sentences.</summary>
internal static class DiagnosisText
{
    public static string Of(
        DiagnosisCase given, IReadOnlyList<DiagnosisSignal> signals, IReadOnlyList<DiagnosisSubject> subjects, IReadOnlyList<DiagnosisSegment> segments, DiagnosisDeployment deployment)
    {
        var moved = signals.Where(signal => signal.State == SignalState.Moved).ToArray();
        List<string> sentences =
        [
            given.Cause == AlertCause.Failing ? $"The monitor {given.Finding.Monitor} itself fails, so nobody watches: {given.Finding.Summary}" : Order(moved),
        ];
        if (subjects.Count > 0) sentences.Add($"Most changed: {string.Join("; ", subjects.Take(3).Select(Say))}.");
        if (segments.Count > 0) sentences.Add($"{string.Join(" and ", segments.Take(2).Select(segment => segment.Segment))} {(segments.Count == 1 ? "carries" : "carry")} it: {segments[0].Words}");
        sentences.Add(deployment.Words);
        sentences.Add(Advice(given, moved, signals, deployment));
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0).Select(sentence => sentence[^1] is '.' or '!' or '…' ? sentence : sentence + '.'));
    }

    private static string Order(DiagnosisSignal[] moved)
    {
        if (moved.Length == 0) return "";
        var since = moved[0].First!.Value.From.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return moved.Length == 1
            ? $"Only {Name(moved[0].Signal)} moved, since {since}."
            : $"{Capital(Name(moved[0].Signal))} moved first, since {since}; {string.Join(", then ", moved.Skip(1).Select(signal => Name(signal.Signal)))} followed or came with it.";
    }

    private static string Say(DiagnosisSubject subject) => subject.Words.Count == 0 ? subject.Name
        : $"{subject.Words[0].TrimEnd('.')}{(subject.PValue is { } p ? string.Create(CultureInfo.InvariantCulture, $" (p = {p:0.###e-0})") : "")}";

    private static string Advice(DiagnosisCase given, DiagnosisSignal[] moved, IReadOnlyList<DiagnosisSignal> all, DiagnosisDeployment deployment)
    {
        if (given.Cause == AlertCause.Failing) return "Mend the scan first; what happened meanwhile can be scanned afterwards.";
        if (moved.Length == 0) return "";
        if (deployment.Verdict == DeploymentVerdict.BeganWith && moved[0].Signal != Signal.DataQuality) return $"Compare version {deployment.Version} with the one before it; rolling back is the quickest remedy.";
        return moved[0].Signal switch
        {
            Signal.DataQuality => "Look at the pipeline that delivers the data before the model: what follows from broken data is no drift.",
            Signal.FeatureDrift => Steady(all, Signal.DataQuality)
                ? "The data is whole, so the inputs have really changed: a new population, season or source. Check the labels before retraining."
                : "The inputs have changed. Nobody has said whether the data is whole: check that first.",
            Signal.PredictionDrift => Steady(all, Signal.FeatureDrift)
                ? "The predictions moved although the inputs did not: look at preprocessing, at inputs that nobody watches, and at how inputs occur together."
                : "The predictions moved. Nobody has said whether the inputs did: check them first.",
            Signal.LabelDrift => "The truth itself has changed while inputs and predictions have not moved first: the relation that the model learned may no longer hold.",
            Signal.Operations => "Data and predictions did not move first: look at the service, its traffic and its dependencies.",
        };
    }

    private static bool Steady(IReadOnlyList<DiagnosisSignal> all, Signal signal) => all.Any(one => one.Signal == signal && one.State == SignalState.Steady);

    private static string Name(Signal signal) => signal switch
    {
        Signal.DataQuality => "data quality",
        Signal.FeatureDrift => "the inputs' distribution",
        Signal.PredictionDrift => "the predictions' distribution",
        Signal.LabelDrift => "the labels' distribution",
        Signal.Operations => "operations",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
