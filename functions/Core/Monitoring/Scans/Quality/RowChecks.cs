using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>What can be wrong with rows as a whole: repeated ones, and columns that no longer go together.</summary>
internal static class RowChecks
{
    public static IEnumerable<Candidate> Of(QualityInput input, MonitorPolicy policy)
    {
        if (input.UsualDuplicates is { } usual)
            yield return Candidate.Share("rows", "duplicates", input.Duplicates, input.Rows, Math.Min(1, usual + policy.Quality.Duplicates), "of the rows repeat another in every feature");
        if (policy.Quality.Correlation > 0 && input is { Correlations: { } now, UsualCorrelations: { } before })
            foreach (var candidate in Correlations(now, before, policy))
                yield return candidate;
    }

    /// <summary>Fisher's z: atanh r is nearly normal with variance 1/(n − 3). Fisher, Metron 1 (1921).</summary>
    private static IEnumerable<Candidate> Correlations(CorrelationTable now, CorrelationTable before, MonitorPolicy policy)
    {
        if (Math.Min(now.Rows, before.Rows) < Math.Max(10, policy.MinimumRows))
            yield break;
        var deviation = Math.Sqrt(1.0 / (now.Rows - 3) + 1.0 / (before.Rows - 3));
        for (var i = 0; i < now.Columns.Count; i++)
            for (var j = 0; j < i; j++)
                if (now.Of(now.Columns[i], now.Columns[j]) is { } r && before.Of(now.Columns[i], now.Columns[j]) is { } was)
                    yield return Pair($"{now.Columns[j]} × {now.Columns[i]}", r, was, deviation, policy);
    }

    private static Candidate Pair(string subject, double now, double before, double deviation, MonitorPolicy policy)
    {
        var z = Math.Abs(Math.Atanh(Held(now)) - Math.Atanh(Held(before))) / deviation;
        return new(
            new(subject, "correlation", null, FindingVerdict.Ok, Figures.Say($"{subject}: correlation {Figures.Number(before)} → {Figures.Number(now)}; it may change by {Figures.Number(policy.Quality.Correlation)}."))
            { Value = now, Statistic = z, Effect = Math.Abs(now - before), RelevantEffect = policy.Quality.Correlation, Method = "FisherZ" },
            2 * NormalLaw.Survival(z), Math.Abs(now - before) > policy.Quality.Correlation);
    }

    // ±1 has an infinite z.
    private static double Held(double r) => Math.Clamp(r, -0.999999, 0.999999);
}
