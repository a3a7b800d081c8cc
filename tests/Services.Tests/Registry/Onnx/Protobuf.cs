using System.Text;

namespace Serverless.Services.Tests.Registry.Onnx;

/// <summary>Writes protobuf messages by hand, wrong ones too.</summary>
internal sealed class Protobuf
{
    private readonly List<byte> bytes = [];

    public byte[] ToArray() => bytes.ToArray();

    public Protobuf Varint(int field, ulong value)
    {
        Raw(((ulong)field << 3) | 0);
        Raw(value);
        return this;
    }

    public Protobuf Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public Protobuf Message(int field, Protobuf value) => Bytes(field, value.ToArray());

    public Protobuf Bytes(int field, byte[] value)
    {
        Claim(field, (ulong)value.Length);
        bytes.AddRange(value);
        return this;
    }

    /// <summary>A length-delimited field's head, with whatever length it claims.</summary>
    public Protobuf Claim(int field, ulong length)
    {
        Raw(((ulong)field << 3) | 2);
        Raw(length);
        return this;
    }

    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}

/// <summary>Tiny ONNX models: one node between one input and one output.</summary>
internal static class TinyModel
{
    public static Protobuf Of(
        string domain = "", ulong opset = 13, string operation = "Identity", Protobuf? node = null, Protobuf? initializer = null,
        Protobuf? input = null, Protobuf? output = null, Action<Protobuf>? more = null)
    {
        var graph = new Protobuf()
            .Message(1, (node ?? new Protobuf()).Text(1, "x").Text(2, "y").Text(4, operation).Text(7, domain))
            .Text(2, "g");
        if (initializer is not null) graph.Message(5, initializer);
        graph.Message(11, input ?? Value("x")).Message(12, output ?? Value("y"));
        var model = new Protobuf().Varint(1, 8).Message(7, graph).Message(8, new Protobuf().Text(1, domain).Varint(2, opset));
        more?.Invoke(model);
        return model;
    }

    public static Protobuf Value(string name, ulong element = 1, params long[] shape)
    {
        var dimensions = new Protobuf();
        foreach (var size in shape.Length == 0 ? [1, 4] : shape) dimensions.Message(1, new Protobuf().Varint(1, (ulong)size));
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, new Protobuf().Varint(1, element).Message(2, dimensions)));
    }
}
