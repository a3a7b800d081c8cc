namespace Serverless.Core.Registry;

/// <summary>What a model takes and gives, as its ONNX graph declares it.</summary>
/// <param name="Inputs">In the graph's order; initialisers are not inputs.</param>
/// <param name="Outputs">In the graph's order.</param>
public sealed record Signature(IReadOnlyList<ValueSignature> Inputs, IReadOnlyList<ValueSignature> Outputs)
{
    /// <summary>Whether the first dimension of every input varies: then it counts rows; else a request is one row.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool CountsRows => Inputs.Count > 0 && Inputs.All(input => input.Shape is [{ Size: null }, ..]);
}

/// <summary>One input or output.</summary>
/// <param name="Name">The graph's name for it.</param>
/// <param name="Kind">Tensor, or one of the sequence and map forms of classical models.</param>
/// <param name="ElementType">Of the tensor, or of the map's or sequence's values.</param>
/// <param name="Shape">Of the tensor; empty for a scalar, null where the graph leaves the rank open or the value is no tensor.</param>
/// <param name="KeyType">Of a map's keys; null otherwise.</param>
public sealed record ValueSignature(
    string Name, ValueKind Kind, ElementType ElementType, IReadOnlyList<Dimension>? Shape, ElementType? KeyType = null);

/// <summary>One dimension: a fixed size, a named symbol, or neither.</summary>
/// <param name="Size">The fixed size, or null when it varies.</param>
/// <param name="Symbol">The graph's name for a size that varies, or null.</param>
public readonly record struct Dimension(long? Size, string? Symbol);

/// <summary>The forms an ONNX value takes.</summary>
public enum ValueKind
{
    /// <summary>A dense tensor.</summary>
    Tensor,
    /// <summary>A sequence of tensors.</summary>
    TensorSequence,
    /// <summary>A map from keys to scalars.</summary>
    Map,
    /// <summary>A sequence of maps: what ZipMap gives, one map a row.</summary>
    MapSequence,
    /// <summary>An optional tensor or sequence.</summary>
    Optional,
    /// <summary>A sparse tensor.</summary>
    SparseTensor,
}

/// <summary>Element types, numbered as <c>TensorProto.DataType</c> numbers them.</summary>
public enum ElementType
{
    /// <summary>Not given.</summary>
    Undefined = 0,
    /// <summary>FP32.</summary>
    Float = 1,
    /// <summary>UINT8.</summary>
    UInt8 = 2,
    /// <summary>INT8.</summary>
    Int8 = 3,
    /// <summary>UINT16.</summary>
    UInt16 = 4,
    /// <summary>INT16.</summary>
    Int16 = 5,
    /// <summary>INT32.</summary>
    Int32 = 6,
    /// <summary>INT64.</summary>
    Int64 = 7,
    /// <summary>UTF-8 text; BYTES in the Open Inference Protocol.</summary>
    String = 8,
    /// <summary>BOOL.</summary>
    Bool = 9,
    /// <summary>FP16.</summary>
    Float16 = 10,
    /// <summary>FP64.</summary>
    Double = 11,
    /// <summary>UINT32.</summary>
    UInt32 = 12,
    /// <summary>UINT64.</summary>
    UInt64 = 13,
    /// <summary>Two floats.</summary>
    Complex64 = 14,
    /// <summary>Two doubles.</summary>
    Complex128 = 15,
    /// <summary>BF16.</summary>
    BFloat16 = 16,
    /// <summary>An element type that arrived with later opsets (8-bit floats, 4-bit integers): loads, but no protocol carries it.</summary>
    Other = 255,
}
