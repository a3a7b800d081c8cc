namespace Serverless.Core.Statistics;

/// <summary>Both sides counted in the same cells.</summary>
/// <param name="Reference">Rows of the reference in each cell.</param>
/// <param name="Current">Rows of the window in each cell.</param>
/// <remarks>
/// Labels, and numbers of few values, are cells of their own; beyond 50, those that are rarest in both sides together share one.
/// Which they are does not depend on the side a row is on, so permuting rows between the sides leaves the cells as they are.
/// Other numbers are counted between the reference's deciles, which stay the same from window to window.
/// </remarks>
public sealed record CellTable(double[] Reference, double[] Current)
{
    /// <summary>Numbers of at most so many values in the reference are treated as labels.</summary>
    public const int FewValues = 20;

    private const int MostCells = 50, Tenths = 10;

    /// <summary>Counts two columns of the same type, neither of them empty.</summary>
    public static CellTable Of(FeatureColumn reference, FeatureColumn current) => (reference.Labels, current.Labels) switch
    {
        ({ } r, { } c) => OfGroups([.. r.Keys.Union(c.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(label => ((double)r.GetValueOrDefault(label), (double)c.GetValueOrDefault(label)))]),
        _ when HasFewValues(reference.Sorted) => OfGroups(Values(reference.Sorted, current.Sorted)),
        _ => OfDeciles(reference.Sorted, current.Sorted),
    };

    /// <summary>Counts a column, not empty, and a profile of numbers in the cells that the values themselves would be counted in; null where the profile does not tell them exactly.</summary>
    public static CellTable? Of(FeatureColumn reference, ColumnProfile current)
    {
        var edges = Edges(reference);
        if (reference.Labels is not null)
            return null;
        if (HasFewValues(reference.Sorted))
            return current.Frequent.Error == 0 ? OfGroups(Values(reference.Sorted, current.Frequent.Counts)) : null;
        if (!current.Edges.SequenceEqual(edges))
            return null;
        var table = new CellTable(new double[edges.Length + 1], [.. current.BinCounts.ToArray().Select(count => (double)count)]);
        Bins.Count(reference.Sorted, edges, table.Reference);
        return table;
    }

    /// <summary>The edges between which a window's numbers are counted; none where each value or label is a cell of its own.</summary>
    public static double[] Edges(FeatureColumn reference) =>
        reference.Labels is not null || HasFewValues(reference.Sorted) ? [] : Bins.QuantileEdges(reference.Sorted, Tenths);

    /// <summary>Whether sorted numbers take at most <see cref="FewValues"/> values; leaves at the first too many.</summary>
    public static bool HasFewValues(ReadOnlySpan<double> sorted)
    {
        var values = sorted.IsEmpty ? 0 : 1;
        for (var i = 1; i < sorted.Length && values <= FewValues; i++)
            values += sorted[i] > sorted[i - 1] ? 1 : 0;
        return values <= FewValues;
    }

    private static CellTable OfGroups(List<(double Reference, double Current)> groups)
    {
        if (groups.Count <= MostCells)
            return new([.. groups.Select(g => g.Reference)], [.. groups.Select(g => g.Current)]);
        var ordered = groups.OrderByDescending(g => g.Reference + g.Current).ToList(); // stable: ties stay in the order of their labels
        var rare = ordered[(MostCells - 1)..];
        return OfGroups([.. ordered[..(MostCells - 1)], (rare.Sum(g => g.Reference), rare.Sum(g => g.Current))]);
    }

    private static List<(double, double)> Values(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var groups = new List<(double, double)>();
        for (int i = 0, j = 0; i < reference.Length || j < current.Length;)
        {
            int a = i, b = j;
            var at = Math.Min(i < reference.Length ? reference[i] : double.PositiveInfinity, j < current.Length ? current[j] : double.PositiveInfinity);
            while (i < reference.Length && reference[i] == at)
                i++;
            while (j < current.Length && current[j] == at)
                j++;
            groups.Add((i - a, j - b));
        }
        return groups;
    }

    private static List<(double, double)> Values(ReadOnlySpan<double> reference, IReadOnlyDictionary<double, long> current)
    {
        var counts = new SortedDictionary<double, (double Reference, double Current)>(current.ToDictionary(value => value.Key, value => (0.0, (double)value.Value)));
        for (int start = 0, end; start < reference.Length; start = end)
        {
            for (end = start + 1; end < reference.Length && reference[end] == reference[start]; end++) ;
            counts[reference[start]] = (end - start, counts.GetValueOrDefault(reference[start]).Current);
        }
        return [.. counts.Values];
    }

    private static CellTable OfDeciles(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var edges = Bins.QuantileEdges(reference, Tenths);
        var table = new CellTable(new double[edges.Length + 1], new double[edges.Length + 1]);
        Bins.Count(reference, edges, table.Reference);
        Bins.Count(current, edges, table.Current);
        return table;
    }
}
