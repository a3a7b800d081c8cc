using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Services.Predictions;

/// <summary>Signed whole numbers in fewer bytes than their type has: labels, counts and microseconds seldom need all of them.</summary>
internal static class NarrowNumbers
{
    /// <summary>The bytes that each of the numbers fits into; their type's own where it is not a signed one of 32 or 64 bits.</summary>
    public static int WidthOf<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        if (values.IsEmpty || (typeof(T) != typeof(int) && typeof(T) != typeof(long))) return Unsafe.SizeOf<T>();
        var (least, most) = typeof(T) == typeof(int) ? Range(MemoryMarshal.Cast<T, int>(values)) : Range(MemoryMarshal.Cast<T, long>(values));
        return least >= sbyte.MinValue && most <= sbyte.MaxValue ? sizeof(sbyte)
            : least >= short.MinValue && most <= short.MaxValue ? sizeof(short)
            : least >= int.MinValue && most <= int.MaxValue ? sizeof(int) : sizeof(long);
    }

    /// <summary>Writes the numbers in so many bytes each.</summary>
    public static void Narrow<T>(ReadOnlySpan<T> values, int width, Span<byte> target) where T : unmanaged
    {
        if (typeof(T) == typeof(int)) Convert(MemoryMarshal.Cast<T, int>(values), width, target);
        else Convert(MemoryMarshal.Cast<T, long>(values), width, target);
    }

    /// <summary>Reads numbers of so many bytes each as their type of <paramref name="size"/> bytes has them.</summary>
    public static byte[] Widen(ReadOnlySpan<byte> values, int width, int size)
    {
        var wide = new byte[values.Length / width * size];
        switch (width)
        {
            case sizeof(sbyte): Convert(MemoryMarshal.Cast<byte, sbyte>(values), size, wide); break;
            case sizeof(short): Convert(MemoryMarshal.Cast<byte, short>(values), size, wide); break;
            default: Convert(MemoryMarshal.Cast<byte, int>(values), size, wide); break;
        }
        return wide;
    }

    private static (long Least, long Most) Range(ReadOnlySpan<int> values) => (TensorPrimitives.Min(values), TensorPrimitives.Max(values));

    private static (long Least, long Most) Range(ReadOnlySpan<long> values) => (TensorPrimitives.Min(values), TensorPrimitives.Max(values));

    private static void Convert<T>(ReadOnlySpan<T> values, int width, Span<byte> target) where T : unmanaged, System.Numerics.INumberBase<T>
    {
        switch (width)
        {
            case sizeof(sbyte): TensorPrimitives.ConvertTruncating(values, MemoryMarshal.Cast<byte, sbyte>(target)); break;
            case sizeof(short): TensorPrimitives.ConvertTruncating(values, MemoryMarshal.Cast<byte, short>(target)); break;
            case sizeof(int): TensorPrimitives.ConvertTruncating(values, MemoryMarshal.Cast<byte, int>(target)); break;
            default: TensorPrimitives.ConvertTruncating(values, MemoryMarshal.Cast<byte, long>(target)); break;
        }
    }
}
