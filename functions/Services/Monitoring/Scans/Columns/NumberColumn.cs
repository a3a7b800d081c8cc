using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>A column of numbers, kept as narrow as they came.</summary>
/// <param name="name">Its plain name.</param>
/// <param name="type">What the numbers are.</param>
/// <param name="capacity">Rows that are expected to be kept.</param>
/// <param name="read">An array's values widened, NaN where there is none; null for an array of another type.</param>
internal sealed class NumberColumn<T>(string name, ColumnType type, int capacity, ArrowNumbers<T> read) : GatheredColumn(name)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] values = ColumnMemory.Rent<T>(Math.Max(capacity, 16));
    private int kept;
    private long notANumber, infinite;

    public override ColumnType Type => type;

    public override int Kept => kept;

    public override void Append(IArrowArray? array, int rows, ReadOnlySpan<int> keptRows)
    {
        Rows += rows;
        Reserve(keptRows.Length);
        var target = values.AsSpan(kept, keptRows.Length);
        kept += keptRows.Length;
        var buffer = ArrayPool<T>.Shared.Rent(rows);
        var wide = buffer.AsSpan(0, rows);
        if (array is null || !read(array, wide))
        {
            target.Fill(T.NaN);
            Missing += array?.NullCount ?? rows;
            Mistyped += rows - (array?.NullCount ?? rows);
        }
        else
        {
            Count(wide, array.NullCount);
            Keep(wide, keptRows, target);
        }
        ArrayPool<T>.Shared.Return(buffer);
    }

    public override FeatureColumn Values(int[]? rows)
    {
        var count = rows?.Length ?? kept;
        var buffer = ColumnMemory.Rent<double>(count);
        if (rows is null)
            TensorPrimitives.ConvertTruncating<T, double>(values.AsSpan(0, kept), buffer);
        else
            for (var at = 0; at < count; at++)
                buffer[at] = double.CreateTruncating(values[rows[at]]);
        return FeatureColumn.OfRentedNumbers(buffer, count);
    }

    public override double[] Numbers(int most)
    {
        var numbers = new double[Math.Min(most, kept)];
        TensorPrimitives.ConvertTruncating<T, double>(values.AsSpan(0, numbers.Length), numbers);
        return numbers;
    }

    public override void Mix(Span<ulong> hashes)
    {
        for (var at = 0; at < kept; at++)
            hashes[at] = Mixed(hashes[at], BitConverter.DoubleToUInt64Bits(double.CreateTruncating(values[at])));
    }

    public override long LongestRun()
    {
        long longest = 0, run = 0;
        var last = T.NaN;
        foreach (var value in values.AsSpan(0, kept))
        {
            run = value == last ? run + 1 : T.IsNaN(value) ? 0 : 1;
            longest = Math.Max(longest, run);
            last = value;
        }
        return longest;
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref values, []) is { Length: > 0 } rented)
            ColumnMemory.Return(rented);
    }

    public override WindowColumn ToWindow(bool runs) => base.ToWindow(runs) with { NotANumber = notANumber, Infinite = infinite };

    private void Count(ReadOnlySpan<T> wide, int nulls)
    {
        Missing += nulls;
        if (TensorPrimitives.IsFiniteAll(wide))
            return;
        var (strange, endless) = (0, 0);
        foreach (var value in wide)
        {
            strange += T.IsNaN(value) ? 1 : 0;
            endless += T.IsInfinity(value) ? 1 : 0;
        }
        notANumber += strange - nulls;
        infinite += endless;
    }

    private static void Keep(ReadOnlySpan<T> wide, ReadOnlySpan<int> rows, Span<T> target)
    {
        if (rows.Length == wide.Length)
            wide.CopyTo(target);
        else
            for (var at = 0; at < rows.Length; at++)
                target[at] = wide[rows[at]];
    }

    private void Reserve(int more)
    {
        if (kept + more <= values.Length)
            return;
        var larger = ColumnMemory.Rent<T>(Math.Max(kept + more, values.Length * 2));
        values.AsSpan(0, kept).CopyTo(larger);
        ColumnMemory.Return(values);
        values = larger;
    }
}
