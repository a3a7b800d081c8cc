using Serverless.Core.Statistics;

namespace Serverless.Core.Monitoring;

/// <summary>What can be wrong with one column.</summary>
internal static class ColumnChecks
{
    public static IEnumerable<Candidate> Of(WindowColumn column, WindowColumn? reference, ColumnContract contract, MonitorPolicy policy)
    {
        var quality = policy.Quality;
        var usual = 1 - (contract.Completeness ?? (reference is { Rows: > 0 } ? 1 - (double)reference.Missing / reference.Rows : 1));
        yield return Candidate.Share(column.Name, "missing", column.Missing, column.Rows, Math.Min(1, usual + quality.Missing), "of the rows have no value");
        if (column.Mistyped > 0)
            yield return Candidate.Share(column.Name, "type", column.Mistyped, column.Rows, 0, "of the rows hold a value of another type");
        if (column.Values.Labels is null)
            yield return Candidate.Share(column.Name, "notFinite", column.NotANumber + column.Infinite, column.Rows, quality.NotFinite, "of the rows are NaN or infinite");
        if (contract.Minimum is not null || contract.Maximum is not null)
            yield return Range(column, contract, quality);
        if ((contract.Categories ?? Known(reference)) is { } known && column.Values.Labels is { } labels)
            yield return Unseen(column, labels, known, quality);
        if (contract.Uniqueness is { } unique && column.Values.Size > 0)
            yield return Uniqueness(column, unique);
        foreach (var candidate in Against(column, reference, policy))
            yield return candidate;
    }

    private static IEnumerable<Candidate> Against(WindowColumn column, WindowColumn? reference, MonitorPolicy policy)
    {
        if (reference is not { Values.Size: > 0 } || column.Values.Size == 0)
            yield break;
        if (column.Values.Labels is not null && reference.Values.Labels is not null)
            yield return Cardinality(column, reference, policy.Quality);
        if (!reference.Values.IsConstant)
            yield return Constant(column, reference, policy);
        if (!reference.Values.IsConstant && policy.Quality.Stuck > 0)
            yield return Stuck(column, reference, policy);
    }

    private static Candidate Range(WindowColumn column, ColumnContract contract, QualityPolicy quality)
    {
        var values = column.Values;
        if (values.Labels is not null || values.Size == 0)
            return Candidate.Plain(column.Name, "range", false, $"{column.Name}: no numbers.");
        var outside = values.Sorted.Length - Below(values.Sorted, contract.Maximum ?? double.PositiveInfinity, true) + Below(values.Sorted, contract.Minimum ?? double.NegativeInfinity, false);
        return Candidate.Share(column.Name, "range", outside, values.Size, quality.OutOfRange,
            Figures.Say($"of the values are outside {Figures.Number(contract.Minimum ?? double.NegativeInfinity)} to {Figures.Number(contract.Maximum ?? double.PositiveInfinity)}"));
    }

    private static Candidate Unseen(WindowColumn column, IReadOnlyDictionary<string, long> labels, IEnumerable<string> known, QualityPolicy quality)
    {
        var seen = known.ToHashSet(StringComparer.Ordinal);
        KeyValuePair<string, long>[] strange = [.. labels.Where(label => !seen.Contains(label.Key)).OrderByDescending(label => label.Value)];
        var example = strange.Length == 0 ? "" : $", most often \"{strange[0].Key}\"";
        return Candidate.Share(column.Name, "unseen", strange.Sum(label => label.Value), column.Values.Size, quality.Unseen, $"of the values are labels never seen{example}");
    }

    private static IEnumerable<string>? Known(WindowColumn? reference) =>
        reference?.Values.Labels is { Count: > 0 and <= LabelProfile.Told } labels ? labels.Keys : null;

    private static Candidate Uniqueness(WindowColumn column, double least)
    {
        var share = (double)Distinct(column.Values) / column.Values.Size;
        return Candidate.Plain(column.Name, "uniqueness", share < least, Figures.Say($"{column.Name}: {Figures.Percent(share)} of the values are distinct; {Figures.Percent(least)} must be."));
    }

    /// <summary>More labels than before count only in a window that is not larger, fewer only in one that is not smaller: labels come with rows.</summary>
    private static Candidate Cardinality(WindowColumn column, WindowColumn reference, QualityPolicy quality)
    {
        double now = column.Values.Labels!.Count, before = reference.Values.Labels!.Count;
        var more = now > before * quality.Cardinality && column.Values.Size <= reference.Values.Size;
        var fewer = now < before / quality.Cardinality && column.Values.Size >= reference.Values.Size;
        return Candidate.Plain(column.Name, "cardinality", more || fewer, Figures.Say($"{column.Name}: {now} distinct labels, {before} in the reference.")) is var plain
            ? plain with { Check = plain.Check with { Value = now, CurrentSize = column.Values.Size, ReferenceSize = reference.Values.Size } } : plain;
    }

    /// <summary>One value in all rows; by chance with at most the commonest value's share to the power of the rows.</summary>
    private static Candidate Constant(WindowColumn column, WindowColumn reference, MonitorPolicy policy)
    {
        var constant = column.Values.IsConstant && column.Values.Size >= policy.MinimumRows;
        var words = constant ? Figures.Say($"{column.Name}: one and the same value in all {column.Values.Size} rows.") : $"{column.Name}: not constant.";
        return new(new(column.Name, "constant", null, FindingVerdict.Ok, words) { CurrentSize = column.Values.Size },
            constant ? Math.Pow(CommonestShare(reference.Values), column.Values.Size) : 1, constant);
    }

    private static Candidate Stuck(WindowColumn column, WindowColumn reference, MonitorPolicy policy)
    {
        var stuck = column.LongestRun >= policy.Quality.Stuck && !column.Values.IsConstant;
        // Any of the rows may begin a run of so many.
        var chance = Math.Min(1, column.Values.Size * Math.Pow(CommonestShare(reference.Values), column.LongestRun));
        return new(
            new(column.Name, "stuck", null, FindingVerdict.Ok, Figures.Say($"{column.Name}: {column.LongestRun} rows in a row with one value; {policy.Quality.Stuck} may not be."))
            { Value = column.LongestRun, Threshold = policy.Quality.Stuck, CurrentSize = column.Values.Size },
            stuck ? chance : 1, stuck);
    }

    private static double CommonestShare(FeatureColumn values)
    {
        if (values.Labels is { } labels)
            return (double)labels.Values.Max() / values.Size;
        long longest = 0;
        var sorted = values.Sorted;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++) ;
            longest = Math.Max(longest, end - start);
        }
        return (double)longest / values.Size;
    }

    private static long Distinct(FeatureColumn values)
    {
        if (values.Labels is { } labels)
            return labels.Count;
        var distinct = values.Sorted.IsEmpty ? 0L : 1;
        for (var i = 1; i < values.Sorted.Length; i++)
            distinct += values.Sorted[i] > values.Sorted[i - 1] ? 1 : 0;
        return distinct;
    }

    private static int Below(ReadOnlySpan<double> sorted, double bound, bool orAt)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < bound || orAt && sorted[middle] == bound)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
