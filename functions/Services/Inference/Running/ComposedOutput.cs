using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Running;

/// <summary>
/// Maps and sequences of classical models as tensors. A sequence of maps (ZipMap: one map a row) becomes [rows, keys], a map
/// [keys], a sequence of equally shaped tensors [length, …]. Keys are in the runtime's order, which is sorted.
/// </summary>
internal static class ComposedOutput
{
    /// <summary>Fills a tensor; tells the maps' keys, null where there are none.</summary>
    public static string[]? Read(OrtValue yielded, ValueSlot slot, TensorBuffer target)
    {
        var sequence = yielded.OnnxType == OnnxValueType.ONNX_TYPE_SEQUENCE;
        if (!sequence) return ReadMap(yielded, slot, target, first: true, null, 0);
        var length = yielded.GetValueCount();
        string[]? labels = null;
        var shape = Array.Empty<long>();
        for (var index = 0; index < length; index++)
        {
            using var element = yielded.GetValue(index, OrtAllocator.DefaultInstance);
            if (element.IsTensor) shape = AddTensor(element, slot, target, index == 0, shape);
            else labels = ReadMap(element, slot, target, index == 0, labels, index);
        }
        if (length == 0) target.Reset(slot.Type);
        target.SetShape([length, .. labels is null ? shape : [labels.Length]]);
        return labels;
    }

    private static string[] ReadMap(OrtValue map, ValueSlot slot, TensorBuffer target, bool first, string[]? labels, int row)
    {
        if (map.OnnxType != OnnxValueType.ONNX_TYPE_MAP) throw Unsupported(slot, $"is a {map.OnnxType}");
        using var keys = map.GetValue(0, OrtAllocator.DefaultInstance);
        using var values = map.GetValue(1, OrtAllocator.DefaultInstance);
        if (labels is null) labels = Keys(keys);
        else if (!SameKeys(keys, labels)) throw Unsupported(slot, $"has other keys in row {row} than in row 0");
        AddTensor(values, slot, target, first, [labels.Length]);
        if (first) target.SetShape([labels.Length]);
        return labels;
    }

    private static long[] AddTensor(OrtValue element, ValueSlot slot, TensorBuffer target, bool first, long[] expected)
    {
        var info = element.GetTensorTypeAndShape();
        if (first) target.Reset(Datatype.FromRuntime(info.ElementDataType));
        else if (!info.Shape.AsSpan().SequenceEqual(expected)) throw Unsupported(slot, "is a sequence of tensors of several shapes");
        var start = target.Count;
        target.SetCount(start + (int)info.ElementCount);
        if (target.Type == ElementType.String)
            for (var index = start; index < target.Count; index++) target.SetText(index, element.GetStringElementAsSpan(index - start));
        else element.GetTensorMutableRawData().CopyTo(target.Bytes[(start * Datatype.SizeOf(target.Type))..]);
        return info.Shape;
    }

    private static string[] Keys(OrtValue keys) => keys.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String
        ? keys.GetStringTensorAsArray()
        : [.. keys.GetTensorDataAsSpan<long>().ToArray().Select(key => key.ToString(CultureInfo.InvariantCulture))];

    private static bool SameKeys(OrtValue keys, string[] labels)
    {
        var info = keys.GetTensorTypeAndShape();
        return info.ElementCount == labels.Length && Keys(keys).AsSpan().SequenceEqual(labels);
    }

    private static ProblemException Unsupported(ValueSlot slot, string what) =>
        new(ProblemKind.NotSupported, $"Output \"{slot.Name}\" {what}, which no response can carry.") { Where = slot.Name };
}
