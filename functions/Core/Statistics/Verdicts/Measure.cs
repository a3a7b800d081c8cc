namespace Serverless.Core.Statistics;

/// <summary>Measures a feature's change; decides nothing.</summary>
public static class Measure
{
    /// <summary>From both sides of a feature to its measurement; sides that cannot be compared are an outcome, not an error.</summary>
    public static FeatureMeasurement Feature(string feature, string? segment, FeatureColumn reference, FeatureColumn current, DriftMethod method)
    {
        var chosen = Choose(method, reference);
        if (WhyNot(chosen, reference, current.Labels is not null, current.Size, current.Missing) is { } why)
            return new(feature, segment, chosen, null, why);
        return reference.Size == 0 || current.Size == 0
            ? new(feature, segment, chosen, null, null)
            : new(feature, segment, chosen, Test(chosen, reference, current), null);
    }

    /// <summary>From counts in the same cells, as profiles keep them, by a method on cells; <see cref="DriftMethod.Auto"/> means χ². Null cells, or those of a constant reference, are an outcome.</summary>
    /// <exception cref="ArgumentException">The method is not one on cells.</exception>
    public static FeatureMeasurement Cells(string feature, string? segment, CellTable? table, DriftMethod method)
    {
        var chosen = method is DriftMethod.Auto ? DriftMethod.ChiSquare : method;
        return table is null ? new(feature, segment, chosen, null, null)
            : table.Reference.Count(count => count > 0) < 2 ? new(feature, segment, chosen, null, "The reference is constant.")
            : new(feature, segment, chosen, CellDistance.Test(chosen, table), null);
    }

    /// <summary>From the values of the reference and a profile of the window: what the values of both would give. Null where the method needs values, or the profile does not tell its cells exactly.</summary>
    public static FeatureMeasurement? Feature(string feature, FeatureColumn reference, ColumnProfile current, DriftMethod method)
    {
        var chosen = Choose(method, reference);
        if (!IsOnCells(chosen))
            return null;
        if (WhyNot(chosen, reference, labelled: false, current.Moments.Count, current.Rows - current.Moments.Count) is { } why)
            return new(feature, null, chosen, null, why);
        if (reference.Size == 0 || current.Moments.Count == 0)
            return new(feature, null, chosen, null, null);
        return CellTable.Of(reference, current) is { } table ? new(feature, null, chosen, CellDistance.Test(chosen, table), null) : null;
    }

    /// <summary>Whether a method needs no more than counts in cells; <see cref="DriftMethod.Auto"/> must have been chosen.</summary>
    public static bool IsOnCells(DriftMethod method) => method is not (DriftMethod.Auto or DriftMethod.KolmogorovSmirnov or DriftMethod.Wasserstein);

    /// <summary>What <see cref="DriftMethod.Auto"/> means; by the reference alone, so that it does not change from window to window.</summary>
    public static DriftMethod Choose(DriftMethod method, FeatureColumn reference) =>
        method is not DriftMethod.Auto ? method
        : reference.Labels is not null || CellTable.HasFewValues(reference.Sorted) ? DriftMethod.ChiSquare
        : DriftMethod.KolmogorovSmirnov;

    private static TestResult Test(DriftMethod method, FeatureColumn reference, FeatureColumn current) => method switch
    {
        DriftMethod.KolmogorovSmirnov => KolmogorovSmirnov.TestSorted(reference.Sorted, current.Sorted),
        DriftMethod.Wasserstein => Area(reference, current),
        DriftMethod.Auto => Test(Choose(method, reference), reference, current),
        DriftMethod.ChiSquare or DriftMethod.LikelihoodRatio or DriftMethod.PopulationStability or DriftMethod.JensenShannon
            or DriftMethod.Hellinger or DriftMethod.TotalVariation => CellDistance.Test(method, CellTable.Of(reference, current)),
    };

    private static TestResult Area(FeatureColumn reference, FeatureColumn current)
    {
        var (r, c) = Moderate(reference, current);
        var pair = SortedPair.Compare<double>(r.Sorted, c.Sorted);
        var p = AreaNull.PValue(r.Sorted, c.Sorted, pair);
        // A reference whose squares vanish beside the window's values is a point to it.
        var distance = r.Deviation > 0 ? pair.Wasserstein / r.Deviation : double.PositiveInfinity;
        return new(distance, p, reference.Size, current.Size, TestMethod.Permutation, distance);
    }

    /// <summary>Both sides in another unit if the squares of their values would overflow or vanish; a power of two, which costs no digits.</summary>
    private static (FeatureColumn, FeatureColumn) Moderate(FeatureColumn reference, FeatureColumn current)
    {
        var largest = new[] { reference.Sorted[0], reference.Sorted[^1], current.Sorted[0], current.Sorted[^1] }.Max(Math.Abs);
        return largest is > 1e-100 and < 1e100 ? (reference, current) : (Scaled(reference), Scaled(current));

        FeatureColumn Scaled(FeatureColumn column)
        {
            var scaled = column.Sorted.ToArray();
            for (var i = 0; i < scaled.Length; i++)
                scaled[i] = Math.ScaleB(scaled[i], -Math.ILogB(largest));
            return FeatureColumn.OfSorted(scaled, 0);
        }
    }

    private static string? WhyNot(DriftMethod method, FeatureColumn reference, bool labelled, long size, long missing) => reference switch
    {
        { Labels: null } when labelled && size > 0 => "The type changed: numbers in the reference, labels now.",
        { Labels: not null, Size: > 0 } when !labelled => "The type changed: labels in the reference, numbers now.",
        { Size: 0, Missing: > 0 } => "All values of the reference are missing.",
        _ when size == 0 && missing > 0 => "All values of the window are missing.",
        { Labels: not null } when method is DriftMethod.KolmogorovSmirnov or DriftMethod.Wasserstein => $"{method} compares numbers; the feature has labels.",
        { IsConstant: true } => "The reference is constant.",
        { Labels: { } labels } when labels.Count > Math.Max(50, reference.Size / 2) => "The reference's labels are nearly all different, as ids are: their shares say nothing.",
        _ => null,
    };
}
