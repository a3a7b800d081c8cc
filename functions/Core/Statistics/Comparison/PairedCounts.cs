namespace Serverless.Core.Statistics;

/// <summary>Rows on which candidate and champion were both right or wrong: all that the comparison remembers, so counts of instances add up.</summary>
/// <param name="Better">Rows where only the candidate was right.</param>
/// <param name="Same">Rows where both were right, or both wrong.</param>
/// <param name="Worse">Rows where only the champion was right.</param>
/// <remarks>
/// An always-valid test of the mean of differences in {−1, 0, 1}, by betting: with λ = c/(1+m), Π(1 + λ(dᵢ − m)) is a non-negative supermartingale that begins at 1 where
/// the mean is at most m, and so is the average over several c; P(it ever reaches 2/α) ≤ α/2 (Ville 1939; Waudby-Smith, Ramdas, JRSS B 86 (2024), sections 4 and B.8). The product depends on the counts alone.
/// The bets are c = 2⁻¹ … 2⁻¹⁰: the best is about gap/variance, and one of these is within a factor √2 of it from 0.001 on.
/// </remarks>
public readonly record struct PairedCounts(long Better, long Same, long Worse)
{
    private const int Bets = 10;

    /// <summary>Rows.</summary>
    public long Rows => Better + Same + Worse;

    /// <summary>The share of right answers, candidate's less champion's; null without rows.</summary>
    public double? Difference => Rows == 0 ? null : (double)(Better - Worse) / Rows;

    // Candidate and champion exchanged. No public property: a record's text would hold its own for ever.
    private PairedCounts Mirrored() => new(Worse, Same, Better);

    /// <summary>Both sets of rows.</summary>
    public PairedCounts Merge(PairedCounts other) => new(Better + other.Better, Same + other.Same, Worse + other.Worse);

    /// <summary>The logarithm of the evidence against "the mean is at most so much".</summary>
    public double LogEvidenceAbove(double bound)
    {
        if (!(bound > -1 && bound < 1)) throw new ArgumentException("The bound lies between −1 and 1.", nameof(bound));
        Span<double> bets = stackalloc double[Bets];
        var largest = double.NegativeInfinity;
        for (var k = 0; k < Bets; k++)
        {
            var bet = Math.ScaleB(1, -k - 1) / (1 + bound);
            bets[k] = Better * double.LogP1(bet * (1 - bound)) + Same * double.LogP1(-bet * bound) + Worse * double.LogP1(-bet * (1 + bound));
            largest = Math.Max(largest, bets[k]);
        }

        var sum = 0.0;
        foreach (var bet in bets) sum += Math.Exp(bet - largest);
        return largest + Math.Log(sum / Bets);
    }

    /// <summary>Whether the mean is above a bound, at half the error rate, read whenever.</summary>
    public bool ShowsAbove(double bound, double alpha) => Rows > 0 && LogEvidenceAbove(bound) >= Math.Log(2 / alpha);

    /// <summary>Whether the mean is below a bound, at half the error rate, read whenever.</summary>
    public bool ShowsBelow(double bound, double alpha) => Mirrored().ShowsAbove(-bound, alpha);

    /// <summary>The means that are not refuted: a confidence sequence.</summary>
    public ConfidenceInterval Interval(double alpha) => new(Low(alpha), -Mirrored().Low(alpha), 1 - alpha, IntervalMethod.Sequence);

    // The evidence falls as the bound rises.
    private double Low(double alpha)
    {
        if (Rows == 0) return -1;
        var (low, high) = (-1.0, (double)(Better - Worse) / Rows);
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (middle > -1 && middle < 1 && ShowsAbove(middle, alpha)) low = middle;
            else high = middle;
        }

        return low;
    }
}
