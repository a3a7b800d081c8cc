namespace Serverless.Core.Monitoring;

/// <summary>Whether as much comes as is usual, and as lately.</summary>
internal static class VolumeChecks
{
    private const int Enough = 3;

    /// <summary>Rows against the median of what is usual: beyond the factor, and further off than any of the usual ones.</summary>
    public static IEnumerable<Candidate> Of(long rows, IReadOnlyList<long> usual, double factor, string subject, string what)
    {
        if (factor <= 0)
            yield break;
        if (usual.Count < Enough)
        {
            yield return new(new(subject, "volume", null, FindingVerdict.NotEnoughData, Figures.Say($"{what}: {rows}; what is usual shows after {Enough} windows.")) { Value = rows }, null, false);
            yield break;
        }
        var median = Median(usual);
        var few = rows < median / factor && rows < usual.Min();
        var many = rows > median * factor && rows > usual.Max();
        yield return new(
            new(subject, "volume", null, few || many ? FindingVerdict.Breached : FindingVerdict.Ok, Figures.Say($"{what}: {rows} where {Figures.Number(median)} are usual{(few ? ", too few" : many ? ", too many" : "")}."))
            { Value = rows, Threshold = few ? median / factor : median * factor, CurrentSize = rows }, null, few || many);
    }

    /// <summary>Silence at the window's end: were rows to come evenly at the usual rate, so long a gap would be rarer than the false-alarm rate; and it is a tenth of the window at least.</summary>
    public static IEnumerable<Candidate> Freshness(QualityInput input, MonitorPolicy policy)
    {
        if (policy.Quality.Volume <= 0 || input.UsualRows.Count < Enough || input.Age is not { } age)
            yield break;
        var expected = Median(input.UsualRows) * (age / input.Length);
        var stale = age > input.Length / 10;
        yield return new(
            new("rows", "freshness", null, FindingVerdict.Ok, Figures.Say($"Rows: the newest came {Figures.Number(age.TotalMinutes)} minutes before the window's end; {Figures.Number(expected)} are usual in that time."))
            { Value = age.TotalSeconds }, stale ? Math.Exp(-expected) : 1, stale);
    }

    private static double Median(IReadOnlyList<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2.0;
    }
}
