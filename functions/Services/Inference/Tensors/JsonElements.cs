using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Serverless.Services.Inference.Tensors;

/// <summary>How one JSON token becomes one element.</summary>
/// <typeparam name="T">The element.</typeparam>
internal interface IJsonElement<T> where T : unmanaged
{
    /// <summary>False when the token is of another kind or beyond the type's range.</summary>
    public static abstract bool TryRead(ref Utf8JsonReader reader, out T element);
}

/// <summary>A number, or one of the texts "NaN", "Infinity", "-Infinity": JSON has no numbers for these.</summary>
internal readonly struct SingleElement : IJsonElement<float>
{
    public static bool TryRead(ref Utf8JsonReader reader, out float element) => reader.TokenType == JsonTokenType.Number
        ? NumberText.TrySingle(reader.ValueSpan, out element)
        : NamedNumber.TryRead(ref reader, out element);
}

/// <inheritdoc cref="SingleElement"/>
internal readonly struct DoubleElement : IJsonElement<double>
{
    public static bool TryRead(ref Utf8JsonReader reader, out double element) => reader.TokenType == JsonTokenType.Number
        ? NumberText.TryDouble(reader.ValueSpan, out element)
        : NamedNumber.TryRead(ref reader, out element);
}

/// <inheritdoc cref="SingleElement"/>
internal readonly struct HalfElement : IJsonElement<Half>
{
    public static bool TryRead(ref Utf8JsonReader reader, out Half element)
    {
        var read = DoubleElement.TryRead(ref reader, out var wide);
        element = (Half)wide;
        return read && Half.IsFinite(element) == double.IsFinite(wide);
    }
}

/// <summary>The upper half of a float's bits, rounded to even.</summary>
internal readonly struct BFloat16Element : IJsonElement<ushort>
{
    public static bool TryRead(ref Utf8JsonReader reader, out ushort element)
    {
        var read = SingleElement.TryRead(ref reader, out var wide);
        element = FromSingle(wide);
        return read && float.IsFinite(ToSingle(element)) == float.IsFinite(wide);
    }

    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

/// <summary>A whole number within the type's range, written without fraction or exponent.</summary>
internal readonly struct IntegerElement<T> : IJsonElement<T> where T : unmanaged, IBinaryInteger<T>
{
    public static bool TryRead(ref Utf8JsonReader reader, out T element)
    {
        element = default;
        return reader.TokenType == JsonTokenType.Number
            && T.TryParse(reader.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out element);
    }
}

/// <summary>true or false.</summary>
internal readonly struct BooleanElement : IJsonElement<bool>
{
    public static bool TryRead(ref Utf8JsonReader reader, out bool element)
    {
        element = reader.TokenType == JsonTokenType.True;
        return element || reader.TokenType == JsonTokenType.False;
    }
}

internal static class NamedNumber
{
    public static bool TryRead<T>(ref Utf8JsonReader reader, out T element) where T : IFloatingPointIeee754<T>
    {
        element = T.NaN;
        if (reader.TokenType != JsonTokenType.String) return false;
        if (reader.ValueTextEquals("NaN"u8)) return true;
        if (reader.ValueTextEquals("Infinity"u8)) element = T.PositiveInfinity;
        else if (reader.ValueTextEquals("-Infinity"u8)) element = T.NegativeInfinity;
        else return false;
        return true;
    }
}
