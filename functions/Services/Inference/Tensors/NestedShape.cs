namespace Serverless.Services.Inference.Tensors;

/// <summary>The dimensions of a nested JSON array while it is read: every array of one level must be as long as its siblings.</summary>
internal sealed class NestedShape
{
    /// <summary>The largest rank taken.</summary>
    public const int MaximumRank = 8;

    private readonly long[] counts = new long[MaximumRank + 1];
    private readonly long[] sizes = new long[MaximumRank + 1];
    private int depth;
    private int leaves;

    /// <summary>How deep the values lie; 0 for a scalar.</summary>
    public int Rank => leaves < 0 ? deepest : leaves;

    /// <summary>The dimensions read.</summary>
    public ReadOnlySpan<long> Dimensions => sizes.AsSpan(1, Rank);

    private int deepest;

    /// <summary>Starts anew, before the first token.</summary>
    public void Start()
    {
        (depth, leaves, deepest) = (0, -1, 0);
        sizes.AsSpan().Fill(-1);
        counts[0] = 0;
    }

    /// <summary>An array begins; false when it lies too deep or where values lie.</summary>
    public bool Open()
    {
        if (depth == MaximumRank || depth == leaves) return false;
        counts[depth]++;
        counts[++depth] = 0;
        deepest = Math.Max(deepest, depth);
        return true;
    }

    /// <summary>A value; false when it lies where arrays lie.</summary>
    public bool Value()
    {
        if (leaves < 0)
        {
            if (deepest > depth) return false;
            leaves = depth;
        }
        counts[depth]++;
        return depth == leaves;
    }

    /// <summary>An array ends; false when it is not as long as its siblings.</summary>
    public bool Close()
    {
        var size = sizes[depth];
        if (size < 0) sizes[depth] = counts[depth];
        else if (size != counts[depth]) return false;
        depth--;
        return true;
    }

    /// <summary>Whether the outermost array has ended, or the scalar has been read.</summary>
    public bool Done => depth == 0;
}
