using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>One column of a window while its batches are read: values of the kept rows in their order, counts of all rows. Its memory is rented.</summary>
internal abstract class GatheredColumn(string name) : IDisposable
{
    /// <summary>Its plain name.</summary>
    public string Name { get; } = name;

    /// <summary>What it holds, as far as was seen.</summary>
    public abstract ColumnType Type { get; }

    /// <summary>Rows seen, with and without a value.</summary>
    public long Rows { get; protected set; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; protected set; }

    /// <summary>Rows whose value is of another type.</summary>
    public long Mistyped { get; protected set; }

    /// <summary>Kept rows.</summary>
    public abstract int Kept { get; }

    /// <summary>Takes a batch's column.</summary>
    /// <param name="array">The column, or null where the batch has none.</param>
    /// <param name="rows">The batch's rows.</param>
    /// <param name="kept">Those whose values are kept, ascending.</param>
    public abstract void Append(IArrowArray? array, int rows, ReadOnlySpan<int> kept);

    /// <summary>The values of some kept rows, null for all, as a side of a comparison.</summary>
    public abstract FeatureColumn Values(int[]? rows);

    /// <summary>The kept values as numbers, NaN where there is none; null for labels.</summary>
    public abstract double[]? Numbers(int most);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Mixes each kept row's value into its hash.</summary>
    public abstract void Mix(Span<ulong> hashes);

    /// <summary>The longest stretch of kept rows with one value.</summary>
    public abstract long LongestRun();

    /// <summary>The column for the checks.</summary>
    public virtual WindowColumn ToWindow(bool runs) =>
        new(Name, Type, Values(null)) { Rows = Rows, Missing = Missing, Mistyped = Mistyped, LongestRun = runs ? LongestRun() : 0 };

    /// <summary>A row's hash with one more value in it.</summary>
    protected static ulong Mixed(ulong hash, ulong value) => SplitMix.Mix(hash * 31 + value);
}
