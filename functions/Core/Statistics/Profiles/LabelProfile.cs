namespace Serverless.Core.Statistics;

/// <summary>A mergeable summary of a column of labels. Not safe for concurrent writers.</summary>
/// <remarks>
/// Up to <see cref="Told"/> labels each has its exact count, and merging is associative and commutative without loss. Beyond it the rarest are dropped and
/// the counts are too low by at most <see cref="HeavyHitters{T}.Error"/>; count, missing and distinct labels stay as exact and as mergeable as they were.
/// </remarks>
public sealed class LabelProfile
{
    /// <summary>Labels that are told apart.</summary>
    public const int Told = 10_000;

    private HeavyHitters<string> _labels = new(Told);
    private DistinctSketch _distinct = new();

    /// <summary>Rows with a label.</summary>
    public long Count { get; private set; }

    /// <summary>Rows without one.</summary>
    public long Missing { get; private set; }

    /// <summary>Every row seen.</summary>
    public long Rows => Count + Missing;

    /// <summary>The frequent labels; all of them, exactly, as long as <see cref="IsExact"/>.</summary>
    public HeavyHitters<string> Labels => _labels;

    /// <summary>Whether every label is listed with its exact count.</summary>
    public bool IsExact => _labels.Error == 0;

    /// <summary>How many distinct labels there are: exact as long as <see cref="IsExact"/>, otherwise within 1.6 % (one standard error).</summary>
    public double Distinct => IsExact ? _labels.Counts.Count : _distinct.Estimate;

    /// <summary>Takes a row; null is missing.</summary>
    public void Add(string? label) => Add(label, 1);

    /// <summary>Takes rows of the same label; null is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are negative.</exception>
    public void Add(string? label, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (label is null)
        {
            Missing += rows;
        }
        else if (rows > 0)
        {
            Count += rows;
            _distinct.Add(Hash(label));
            _labels.Add(label, rows);
        }
    }

    /// <summary>Takes what another profile has seen; the other stays as it is.</summary>
    public void Merge(LabelProfile other)
    {
        Count += other.Count;
        Missing += other.Missing;
        _distinct.Merge(other._distinct);
        _labels.Merge(other._labels);
    }

    /// <summary>The profile as a side of a comparison. Beyond <see cref="Told"/> labels the dropped ones together are one label, the empty one.</summary>
    public FeatureColumn ToColumn()
    {
        var counts = new Dictionary<string, long>(_labels.Counts, StringComparer.Ordinal);
        var dropped = Count - counts.Values.Sum();
        if (dropped > 0)
            counts[""] = counts.GetValueOrDefault("") + dropped;
        return FeatureColumn.OfCounts(counts, Missing);
    }

    /// <summary>The profile as bytes; the first is the format's version.</summary>
    public byte[] ToBytes() => ProfileFormat.Write(writer =>
    {
        writer.Write(Count);
        writer.Write(Missing);
        _distinct.Write(writer);
        _labels.Write(writer, writer.Write);
    });

    /// <summary>A profile from its bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut, or of another version.</exception>
    public static LabelProfile FromBytes(ReadOnlySpan<byte> bytes) => ProfileFormat.Read(bytes, reader =>
    {
        var profile = new LabelProfile { Count = reader.ReadInt64(), Missing = reader.ReadInt64() };
        profile._distinct = DistinctSketch.Read(reader);
        profile._labels = HeavyHitters<string>.Read(reader, Told, reader.ReadString);
        return profile.Count >= profile._labels.Counts.Values.Sum() && profile.Missing >= 0 ? profile : throw new InvalidDataException("The labels contradict their count.");
    });

    /// <summary>FNV-1a over the characters, mixed: the same on every machine.</summary>
    private static ulong Hash(string label)
    {
        var hash = 14695981039346656037;
        foreach (var letter in label)
            hash = (hash ^ letter) * 1099511628211;
        return RandomStream.Mix(hash + 0x9E3779B97F4A7C15);
    }
}
