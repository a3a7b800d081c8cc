namespace Serverless.Core.Statistics;

/// <summary>Two samples sorted, and where each stands in both together; equal values share the mean of their ranks.</summary>
internal sealed class PooledRanks
{
    public PooledRanks(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        (Reference, Current) = (Sample.Sorted(reference, nameof(reference)), Sample.Sorted(current, nameof(current)));
        (ReferenceRanks, CurrentRanks) = (new double[Reference.Length], new double[Current.Length]);
        int i = 0, j = 0;
        while (i < Reference.Length || j < Current.Length)
        {
            var value = i == Reference.Length ? Current[j] : j == Current.Length ? Reference[i] : Math.Min(Reference[i], Current[j]);
            int a = i, b = j;
            while (a < Reference.Length && Reference[a] == value) a++;
            while (b < Current.Length && Current[b] == value) b++;
            double tied = a - i + b - j, rank = i + j + (tied + 1) / 2;
            ReferenceRanks.AsSpan(i, a - i).Fill(rank);
            CurrentRanks.AsSpan(j, b - j).Fill(rank);
            TieTerm += tied * tied * tied - tied;
            HasTies |= tied > 1;
            (i, j) = (a, b);
        }
    }

    public double[] Reference { get; }

    public double[] Current { get; }

    public double[] ReferenceRanks { get; }

    public double[] CurrentRanks { get; }

    /// <summary>Σ (t³ − t) over groups of t equal values.</summary>
    public double TieTerm { get; }

    public bool HasTies { get; }
}
