using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>A column of labels: each kept row holds its label's number. One with more labels than a profile tells apart is free text, and watched by its length.</summary>
internal sealed class LabelColumn(string name, bool logical, int capacity) : GatheredColumn(name)
{
    private const int None = -1;

    private readonly Dictionary<ulong, int> known = [];
    private readonly List<string> labels = [];
    private int[] codes = ColumnMemory.Rent<int>(Math.Max(capacity, 16));
    private int kept;
    private bool text;
    private int[] ofBatch = [];

    public override ColumnType Type => text ? ColumnType.Text : logical ? ColumnType.Boolean : ColumnType.Categorical;

    public override int Kept => kept;

    /// <summary>Distinct labels; of free text 0.</summary>
    public int Distinct => text ? 0 : labels.Count;

    public override void Append(IArrowArray? array, int rows, ReadOnlySpan<int> keptRows)
    {
        Rows += rows;
        if (ofBatch.Length < rows)
            ofBatch = new int[rows];
        var read = ofBatch.AsSpan(0, rows);
        var fits = Read(array, read);
        if (!text && labels.Count > LabelProfile.Told)
            BecomeText((StringArray)array!, read);
        Missing += array?.NullCount ?? rows;
        Mistyped += fits || array is null ? 0 : rows - array.NullCount;
        Reserve(keptRows.Length);
        foreach (var row in keptRows)
            codes[kept++] = read[row];
    }

    public override FeatureColumn Values(int[]? rows)
    {
        if (text)
            return FeatureColumn.OfNumbers([.. Enumerable.Range(0, rows?.Length ?? kept).Select(at => codes[rows?[at] ?? at]).Select(length => length == None ? double.NaN : length)]);
        var (counts, missing) = (new long[labels.Count], 0L);
        for (var at = 0; at < (rows?.Length ?? kept); at++)
        {
            var code = codes[rows?[at] ?? at];
            if (code == None)
                missing++;
            else
                counts[code]++;
        }
        return FeatureColumn.OfCounts(labels.Zip(counts, KeyValuePair.Create), missing);
    }

    public override double[]? Numbers(int most) => null;

    public override void Mix(Span<ulong> hashes)
    {
        for (var at = 0; at < kept; at++)
            hashes[at] = Mixed(hashes[at], (ulong)codes[at]);
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref codes, []) is { Length: > 0 } rented)
            ColumnMemory.Return(rented);
    }

    public override long LongestRun()
    {
        var (longest, run, last) = (0L, 0L, None);
        foreach (var code in codes.AsSpan(0, kept))
        {
            run = code == None ? 0 : code == last ? run + 1 : 1;
            longest = Math.Max(longest, run);
            last = code;
        }
        return longest;
    }

    /// <summary>The kept rows of each label, the commonest first; rows without a label belong to none.</summary>
    public IEnumerable<(string Label, int[] Rows)> Groups(int least, int most)
    {
        var counts = new int[text ? 0 : labels.Count];
        foreach (var code in codes.AsSpan(0, kept))
            if (code != None && !text)
                counts[code]++;
        foreach (var label in Enumerable.Range(0, counts.Length).Where(label => counts[label] >= least).OrderByDescending(label => counts[label]).Take(most))
            yield return (labels[label], Of(label, counts[label]));
    }

    private int[] Of(int label, int count)
    {
        var rows = new int[count];
        for (int at = 0, next = 0; at < kept; at++)
            if (codes[at] == label)
                rows[next++] = at;
        return rows;
    }

    private bool Read(IArrowArray? array, Span<int> target)
    {
        switch (array)
        {
            case StringArray texts when !logical:
                for (var row = 0; row < texts.Length; row++)
                    target[row] = texts.IsNull(row) ? None : text ? Encoding.UTF8.GetCharCount(texts.GetBytes(row)) : Code(texts.GetBytes(row));
                return true;
            case BooleanArray flags:
                for (var row = 0; row < flags.Length; row++)
                    target[row] = flags.GetValue(row) switch { null => None, true => Code("true"u8), false => Code("false"u8) };
                return true;
            default:
                target.Fill(None);
                return array is null || !logical && Numbered(array, target);
        }
    }

    /// <summary>Numbers that only name, where a column was stated to be labels.</summary>
    private bool Numbered(IArrowArray array, Span<int> target)
    {
        var numbers = new double[array.Length];
        if (!ArrowNumber.Read(array, numbers.AsSpan()))
            return false;
        for (var row = 0; row < numbers.Length; row++)
            if (double.IsFinite(numbers[row]))
                target[row] = Code(Encoding.UTF8.GetBytes(numbers[row].ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    /// <summary>Too many labels to be labels: from here on each row holds its text's length in characters.</summary>
    private void BecomeText(StringArray array, Span<int> read)
    {
        text = true;
        for (var at = 0; at < kept; at++)
            codes[at] = codes[at] == None ? None : labels[codes[at]].Length;
        Read(array, read);
    }

    private void Reserve(int more)
    {
        if (kept + more <= codes.Length)
            return;
        var larger = ColumnMemory.Rent<int>(Math.Max(kept + more, codes.Length * 2));
        codes.AsSpan(0, kept).CopyTo(larger);
        ColumnMemory.Return(codes);
        codes = larger;
    }

    /// <summary>By the hash alone: with 64 good bits and at most ten thousand labels two meet once in 10¹¹ windows.</summary>
    private int Code(ReadOnlySpan<byte> label)
    {
        var hash = XxHash3.HashToUInt64(label);
        if (known.TryGetValue(hash, out var code))
            return code;
        if (labels.Count > LabelProfile.Told)
            return labels.Count - 1;
        known[hash] = code = labels.Count;
        labels.Add(Encoding.UTF8.GetString(label));
        return code;
    }
}
