using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>How the service did in one window.</summary>
/// <param name="Requests">Rows of the log, failed ones too.</param>
/// <param name="Failed">With a status of 500 and above.</param>
/// <param name="Refused">With a status from 400 to 499.</param>
/// <param name="Latency">Microseconds from arrival to answer of those answered.</param>
public sealed record OperationsFigures(long Requests, long Failed, long Refused, FeatureColumn Latency);

/// <summary>Errors, latency and traffic against their bounds and against what is usual.</summary>
public static class OperationsScan
{
    private static readonly (string Name, double Level)[] Quantiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

    /// <summary>Scans one window.</summary>
    /// <param name="now">The window.</param>
    /// <param name="parts">Parts of its requests that are looked at on their own, too, by name: those of each version where there are several.</param>
    /// <param name="reference">What is usual; null without a reference.</param>
    /// <param name="usualTraffic">Requests of past windows at the same hour and weekday, or of the newest.</param>
    /// <param name="policy">The monitor's.</param>
    public static ScanOutcome Run(OperationsFigures now, IReadOnlyList<(string Name, OperationsFigures Now)> parts, OperationsFigures? reference, IReadOnlyList<long> usualTraffic, MonitorPolicy policy)
    {
        List<Candidate> candidates = [.. VolumeChecks.Of(now.Requests, usualTraffic, policy.Operations.Traffic, "traffic", "Requests")];
        candidates.AddRange(Answers(now, reference, policy));
        candidates.AddRange(parts.SelectMany(part => Answers(part.Now, reference, policy).Select(candidate => candidate.In(part.Name))));
        return ScanOutcome.Of(QualityScan.Judged(candidates, policy));
    }

    private static IEnumerable<Candidate> Answers(OperationsFigures now, OperationsFigures? reference, MonitorPolicy policy) =>
    [
        .. now.Requests == 0 ? Array.Empty<Candidate>() :
        [
            Candidate.Share("errors", "rate", now.Failed, now.Requests, policy.Operations.ErrorRate, "of the requests failed"),
            Candidate.Share("refusals", "rate", now.Refused, now.Requests, policy.Operations.RefusedRate, "of the requests were refused"),
        ],
        .. Quantiles.SelectMany(quantile => Latency(now.Latency, reference?.Latency, quantile.Name, quantile.Level, policy)),
    ];

    private static IEnumerable<Candidate> Latency(FeatureColumn now, FeatureColumn? reference, string name, double level, MonitorPolicy policy)
    {
        if (now.Size < policy.MinimumRows)
        {
            yield return new(new($"latency.{name}", "latency", null, FindingVerdict.NotEnoughData, Figures.Say($"Latency {name}: {now.Size} answers; {policy.MinimumRows} are needed.")), null, false);
            yield break;
        }
        if (level == 0.99 && policy.Operations.LatencyP99 is { } most)
            yield return Slower(now, most.TotalMicroseconds, name, level, "limit", "may be");
        if (reference is { } usual && usual.Size >= policy.MinimumRows)
            yield return Slower(now, Bins.Quantile(usual.Sorted, level) * policy.Operations.LatencyRatio, name, level, "latency", Figures.Say($"is {Figures.Number(policy.Operations.LatencyRatio)} times what is usual"));
        else
            yield return new(new($"latency.{name}", "latency", null, FindingVerdict.NotEnoughData, $"Latency {name}: {Milliseconds(Bins.Quantile(now.Sorted, level))}; nothing to compare with.") { Value = Bins.Quantile(now.Sorted, level) / 1000, CurrentSize = now.Size }, null, false);
    }

    /// <summary>While the quantile is at or below the bound, a row is above it with a probability of at most 1 − level.</summary>
    private static Candidate Slower(FeatureColumn now, double bound, string name, double level, string check, string what)
    {
        var value = Bins.Quantile(now.Sorted, level);
        var above = new double[2];
        Bins.Count(now.Sorted, [bound], above);
        return new(
            new($"latency.{name}", check, null, FindingVerdict.Ok, $"Latency {name}: {Milliseconds(value)}; {Milliseconds(bound)} {what}.")
            { Value = value / 1000, Threshold = bound / 1000, CurrentSize = now.Size, Method = "Binomial" },
            BinomialTest.AtLeast((long)above[1], now.Size, 1 - level), value > bound);
    }

    private static string Milliseconds(double microseconds) => $"{Figures.Number(microseconds / 1000)} ms";
}
