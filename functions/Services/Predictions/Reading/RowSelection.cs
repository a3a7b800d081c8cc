namespace Serverless.Services.Predictions;

/// <summary>Tells rows of a batch by what their columns hold. A struct, so that each test becomes a loop of its own.</summary>
internal interface IRowTest
{
    public bool Passes(int row);
}

/// <summary>Rows of a batch of which tests leave some: no list is made while all of them pass, which is the usual case.</summary>
internal ref struct RowSelection(int length)
{
    private int[]? rows;

    /// <summary>Whether no row has been left out.</summary>
    public readonly bool All => rows is null;

    /// <summary>How many are left.</summary>
    public int Count { get; private set; } = length;

    /// <summary>Those left, once some are not.</summary>
    public readonly ReadOnlySpan<int> Rows => rows.AsSpan(0, Count);

    /// <summary>Leaves those that pass.</summary>
    public void Keep<T>(T test) where T : struct, IRowTest, allows ref struct
    {
        var first = 0;
        if (rows is null)
        {
            while (first < Count && test.Passes(first)) first++;
            if (first == Count) return;
            rows = new int[Count];
            for (var row = 0; row < Count; row++) rows[row] = row;
        }
        var kept = first;
        for (var at = first; at < Count; at++)
            if (test.Passes(rows[at])) rows[kept++] = rows[at];
        Count = kept;
    }
}
