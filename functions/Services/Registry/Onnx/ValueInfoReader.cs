using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Reads the names, types and shapes of inputs and outputs (ValueInfoProto, TypeProto).</summary>
/// <param name="wire">The file.</param>
internal sealed class ValueInfoReader(WireReader wire)
{
    private const int Deepest = 8;
    private const int HighestRank = 64;

    private readonly record struct TypeInfo(ValueKind Kind, ElementType Element, IReadOnlyList<Dimension>? Shape, ElementType? Key);

    public ValueSignature Read(long end)
    {
        var name = "";
        TypeInfo? found = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 2): name = wire.Keep(wire.ReadText(end)); break;
                case (2, 2): found = ReadType(wire.ReadEnd(end), 0); break;
                default: wire.Skip(type, end); break;
            }
        }

        if (name.Length == 0) throw wire.Wrong("an input or output has no name");
        return found is { } info
            ? new(name, info.Kind, info.Element, info.Shape, info.Key)
            : throw wire.Wrong($"\"{name}\" has no type");
    }

    private TypeInfo ReadType(long end, int depth)
    {
        if (depth > Deepest) throw wire.Wrong("a type nests too deep");
        TypeInfo? found = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            if (field is not (1 or 4 or 5 or 8 or 9) || type != 2)
            {
                wire.Skip(type, end);
                continue;
            }

            var inner = wire.ReadEnd(end);
            found = field switch
            {
                1 => ReadTensor(inner, ValueKind.Tensor),
                8 => ReadTensor(inner, ValueKind.SparseTensor),
                4 => Sequence(ReadInner(inner, depth)),
                5 => ReadMap(inner, depth),
                _ => ReadInner(inner, depth) with { Kind = ValueKind.Optional },
            };
        }

        return found ?? throw wire.Wrong("a value's type is not one that is known");
    }

    private static TypeInfo Sequence(TypeInfo element) => element with { Kind = element.Kind == ValueKind.Map ? ValueKind.MapSequence : ValueKind.TensorSequence };

    private TypeInfo ReadInner(long end, int depth)
    {
        TypeInfo? found = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            if (field == 1 && type == 2) found = ReadType(wire.ReadEnd(end), depth + 1);
            else wire.Skip(type, end);
        }

        return found ?? throw wire.Wrong("a sequence or optional does not say of what");
    }

    private TypeInfo ReadMap(long end, int depth)
    {
        var key = ElementType.Undefined;
        TypeInfo? value = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 0): key = Element(wire.ReadVarint()); break;
                case (2, 2): value = ReadType(wire.ReadEnd(end), depth + 1); break;
                default: wire.Skip(type, end); break;
            }
        }

        return new(ValueKind.Map, value?.Element ?? throw wire.Wrong("a map does not say what it holds"), null, key);
    }

    private TypeInfo ReadTensor(long end, ValueKind kind)
    {
        var element = ElementType.Undefined;
        List<Dimension>? shape = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 0): element = Element(wire.ReadVarint()); break;
                case (2, 2): shape = ReadShape(wire.ReadEnd(end)); break;
                default: wire.Skip(type, end); break;
            }
        }

        return element == ElementType.Undefined ? throw wire.Wrong("a tensor does not say its element type") : new(kind, element, shape, null);
    }

    private List<Dimension> ReadShape(long end)
    {
        var shape = new List<Dimension>();
        var product = 1L;
        while (wire.TryReadField(end, out var field, out var type))
        {
            if (field != 1 || type != 2)
            {
                wire.Skip(type, end);
                continue;
            }

            if (shape.Count == HighestRank) throw wire.Wrong($"a shape has more than {HighestRank} dimensions");
            var dimension = ReadDimension(wire.ReadEnd(end));
            shape.Add(dimension);
            try
            {
                product = checked(product * Math.Max(1, dimension.Size ?? 1));
            }
            catch (OverflowException)
            {
                throw wire.Wrong("a shape has more elements than can be counted");
            }
        }

        return shape;
    }

    private Dimension ReadDimension(long end)
    {
        long? size = null;
        string? symbol = null;
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 0): size = (long)wire.ReadVarint(); break;
                case (2, 2): symbol = wire.Keep(wire.ReadText(end)); break;
                default: wire.Skip(type, end); break;
            }
        }

        // Exporters also write -1 for a size that varies.
        if (size is < -1) throw wire.Wrong("a dimension is negative");
        return size is null or -1 ? new(null, string.IsNullOrEmpty(symbol) ? null : symbol) : new(size, null);
    }

    private static ElementType Element(ulong type) => type switch
    {
        0 => ElementType.Undefined,
        <= 16 => (ElementType)type,
        _ => ElementType.Other,
    };
}
