using System.Numerics;

namespace Serverless.Services.Predictions;

/// <summary>A column of numbers, each kept as its bucket's lower edge.</summary>
internal sealed class BucketColumnBuffer<T>(double width) : FixedColumnBuffer<T> where T : unmanaged, INumber<T>
{
    public override void Append(ReadOnlySpan<byte> rows, int first, int stride, int count)
    {
        var source = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(rows);
        var target = Next(count);
        for (var row = 0; row < count; row++)
        {
            var value = double.CreateSaturating(source[first + row * stride]);
            target[row] = double.IsFinite(value) ? T.CreateSaturating(Math.Floor(value / width) * width) : source[first + row * stride];
        }
    }
}
