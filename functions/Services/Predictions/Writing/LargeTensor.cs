namespace Serverless.Services.Predictions;

/// <summary>A row's tensor that is too large for it: stored under its hash before the row is.</summary>
/// <param name="Row">The row within its request.</param>
/// <param name="Sha256">The hash of the bytes, as hexadecimal text.</param>
/// <param name="Bytes">As they lay in memory, little-endian.</param>
internal readonly record struct LargeTensor(int Row, string Sha256, byte[] Bytes);

/// <summary>A request's large tensors; equal ones share their bytes.</summary>
internal sealed class LargeTensorList
{
    private readonly List<LargeTensor> tensors = [];
    private readonly Dictionary<string, byte[]> known = new(StringComparer.Ordinal);

    /// <summary>The memory that they take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps a copy of a row's.</summary>
    public void Add(int row, string sha256, ReadOnlySpan<byte> bytes)
    {
        if (!known.TryGetValue(sha256, out var copy))
        {
            known[sha256] = copy = bytes.ToArray();
            Bytes += copy.Length;
        }
        tensors.Add(new(row, sha256, copy));
    }

    /// <summary>Hands on those of some rows.</summary>
    public void CopyTo(List<LargeTensor> target, int first, int count) => target.AddRange(tensors.Where(tensor => tensor.Row >= first && tensor.Row < first + count));
}
