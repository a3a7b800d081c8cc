namespace Serverless.Services.Monitoring.Scans;

/// <summary>Which rows are kept of a window that has more than memory should hold: each with the same chance, by its number alone, so that a repeated scan keeps the same.</summary>
/// <param name="rows">Rows of the window.</param>
/// <param name="limit">Up to so many rows all are kept; of more, about half as many.</param>
internal sealed class RowSampler(long rows, int limit)
{
    private readonly ulong threshold = rows <= limit ? ulong.MaxValue : (ulong)(limit / 2.0 / rows * ulong.MaxValue);
    private long next;
    private int[] picked = [];

    /// <summary>Rows that will be kept, about.</summary>
    public int Capacity => (int)(rows <= limit ? rows : limit / 2 + limit / 64L);

    /// <summary>Of the next batch the rows that are kept, ascending. Valid until the next call.</summary>
    public ReadOnlySpan<int> Next(int batch)
    {
        if (picked.Length < batch)
            picked = new int[batch];
        var kept = 0;
        for (var row = 0; row < batch; row++)
        {
            picked[kept] = row;
            kept += SplitMix.Mix((ulong)(next + row)) <= threshold ? 1 : 0;
        }
        next += batch;
        return picked.AsSpan(0, kept);
    }
}
