using System.Text;
using Serverless.Core.Registry;

namespace Serverless.Testing;

/// <summary>Writes small ONNX files (protobuf wire format by hand), for what no shipped model does.</summary>
public static class TinyOnnx
{
    /// <summary>One input handed through.</summary>
    public static byte[] Identity(ElementType type, params long[] shape) =>
        Model([Node("Identity", "x", "y")], [Tensor("x", type, shape)], [Tensor("y", type, shape)]);

    /// <summary>Rows of scores as maps from class to score, as skl2onnx writes classifiers.</summary>
    public static byte[] ZipMap(bool text) => Model(
        [Node("Identity", "x", "scores"), Node("ZipMap", "x", "y", "ai.onnx.ml", text ? Texts("classlabels_strings", "b", "a") : Integers("classlabels_int64s", 7, 3))],
        [Tensor("x", ElementType.Float, -1, 2)],
        [Tensor("scores", ElementType.Float, -1, 2), MapSequence("y", text ? ElementType.String : ElementType.Int64)]);

    /// <summary>A table of three values; an index beyond them makes the run fail.</summary>
    public static byte[] Lookup() => Model(
        [Node("Gather", ["table", "x"], "y")], [Tensor("x", ElementType.Int64, -1)], [Tensor("y", ElementType.Float, -1)],
        [FloatTensor("table", 10, 20, 30)]);

    /// <summary>Handed through as one row: more than one makes the run fail.</summary>
    public static byte[] OneRow() => Model(
        [Node("Reshape", ["x", "shape"], "y")], [Tensor("x", ElementType.Float, -1)], [Tensor("y", ElementType.Float, -1)], [IntegerTensor("shape", 1)]);

    /// <summary>A table that is looked up by a number of a row: reads as <see cref="Plus"/> does, and fails beyond the table's end.</summary>
    public static byte[] Table(params float[] table) => Model(
        [Node("Cast", "x", "i", "", Integer("to", 7)), Node("Gather", ["table", "i"], "y")],
        [Tensor("x", ElementType.Float, -1, 1)], [Tensor("y", ElementType.Float, -1, 1)], [FloatTensor("table", table)]);

    /// <summary>Hands seven rows through: reads as <see cref="Plus"/> does, and fails on any other number of them.</summary>
    public static byte[] Seven() => Model(
        [Node("Reshape", ["x", "shape"], "y")], [Tensor("x", ElementType.Float, -1, 1)], [Tensor("y", ElementType.Float, -1, 1)], [IntegerTensor("shape", 7, 1)]);

    /// <summary>Hands so many pairs through, and fails on any other number of them.</summary>
    public static byte[] Pairs(int count) => Model(
        [Node("Reshape", ["x", "shape"], "y")], [Tensor("x", ElementType.Float, -1, 2)], [Tensor("y", ElementType.Float, -1, 2)], [IntegerTensor("shape", count, 2)]);

    /// <summary>The positions of what is not 0: declared with a row for each row that goes in, which is a lie.</summary>
    public static byte[] NonZero() => Model(
        [Node("NonZero", "x", "p"), Node("Transpose", "p", "y")], [Tensor("x", ElementType.Float, -1, 2)], [Tensor("y", ElementType.Int64, -1, 2)]);

    /// <summary>Splits a vector into a sequence of tensors.</summary>
    public static byte[] Sequence() => Model(
        [Node("SplitToSequence", "x", "y", "", Integer("axis", 0))], [Tensor("x", ElementType.Float, -1, 2)], [TensorSequence("y")]);

    /// <summary>A square matrix multiplied by itself so many times: slow, in many nodes.</summary>
    public static byte[] Powers(int count) => Model(
        [.. Enumerable.Range(0, count).Select(index => Node("MatMul", [index == 0 ? "x" : $"p{index}", "x"], index == count - 1 ? "y" : $"p{index + 1}"))],
        [Tensor("x", ElementType.Float, -1, -1)], [Tensor("y", ElementType.Float, -1, -1)]);

    /// <summary>The sum of each row's two columns, of different types.</summary>
    public static byte[] Columns() => Model(
        [Node("Identity", "a", "p"), Node("Identity", "n", "q"), Node("Identity", "t", "r")],
        [Tensor("a", ElementType.Float, -1, 1), Tensor("n", ElementType.Int64, -1, 1), Tensor("t", ElementType.String, -1, 1)],
        [Tensor("p", ElementType.Float, -1, 1), Tensor("q", ElementType.Int64, -1, 1), Tensor("r", ElementType.String, -1, 1)]);

    /// <summary>Hands numbers through, and nought where there is none.</summary>
    public static byte[] Filled() => Model(
        [Node("IsNaN", "x", "gone"), Node("Where", ["gone", "nought", "x"], "y")], [Tensor("x", ElementType.Float, -1, 1)], [Tensor("y", ElementType.Float, -1, 1)], [FloatTensor("nought", 0)]);

    /// <summary>Adds a constant, so that versions can be told apart.</summary>
    public static byte[] Plus(float constant) => Model(
        [Node("Add", ["x", "c"], "y")], [Tensor("x", ElementType.Float, -1, 1)], [Tensor("y", ElementType.Float, -1, 1)], [FloatTensor("c", constant)]);

    /// <summary>A model's last field, of so many bytes, which ONNX does not know.</summary>
    public static byte[] Padding(int bytes, byte value) => Bytes(900, [.. Enumerable.Repeat(value, bytes)]);

    private static byte[] Model(byte[][] nodes, byte[][] inputs, byte[][] outputs, byte[][]? constants = null)
    {
        var graph = Join([.. nodes.Select(node => Bytes(1, node)), Text(2, "g"), .. (constants ?? []).Select(one => Bytes(5, one)),
            .. inputs.Select(input => Bytes(11, input)), .. outputs.Select(output => Bytes(12, output))]);
        return Join(Varint(1, 8), Bytes(7, graph), Bytes(8, Join(Text(1, ""), Varint(2, 17))), Bytes(8, Join(Text(1, "ai.onnx.ml"), Varint(2, 2))));
    }

    private static byte[] Node(string type, string input, string output, string domain = "", params byte[][] attributes) => Node(type, [input], output, domain, attributes);

    private static byte[] Node(string type, string[] inputs, string output, string domain = "", params byte[][] attributes) =>
        Join([.. inputs.Select(input => Text(1, input)), Text(2, output), Text(4, type), .. attributes.Select(one => Bytes(5, one)), Text(7, domain)]);

    private static byte[] Integer(string name, long value) => Join(Text(1, name), Varint(3, value), Varint(20, 2));

    private static byte[] Integers(string name, params long[] values) => Join([Text(1, name), .. values.Select(value => Varint(8, value)), Varint(20, 7)]);

    private static byte[] Texts(string name, params string[] values) => Join([Text(1, name), .. values.Select(value => Text(9, value)), Varint(20, 8)]);

    private static byte[] FloatTensor(string name, params float[] values) =>
        Join(Varint(1, values.Length), Varint(2, 1), Text(8, name), Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)]));

    private static byte[] IntegerTensor(string name, params long[] values) =>
        Join(Varint(1, values.Length), Varint(2, 7), Text(8, name), Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)]));

    private static byte[] Tensor(string name, ElementType type, params long[] shape) => Join(Text(1, name), Bytes(2, TensorType(type, shape)));

    private static byte[] TensorType(ElementType type, long[] shape) => Bytes(1, Join(Varint(1, (int)type),
        Bytes(2, Join([.. shape.Select((size, at) => Bytes(1, size < 0 ? Text(2, $"n{at}") : Varint(1, size)))]))));

    private static byte[] TensorSequence(string name) => Join(Text(1, name), Bytes(2, Bytes(4, Bytes(1, Bytes(1, Varint(1, 1))))));

    private static byte[] MapSequence(string name, ElementType key) =>
        Join(Text(1, name), Bytes(2, Bytes(4, Bytes(1, Bytes(5, Join(Varint(1, (int)key), Bytes(2, Bytes(1, Varint(1, 1)))))))));

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => Join(Number((ulong)(field << 3 | 2)), Number((ulong)value.Length), value);

    private static byte[] Varint(int field, long value) => Join(Number((ulong)field << 3), Number((ulong)value));

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
