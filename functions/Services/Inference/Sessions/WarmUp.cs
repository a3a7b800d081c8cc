using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Sessions;

/// <summary>One run on zeros, so that the first request does not pay for what ONNX Runtime prepares lazily.</summary>
internal static class WarmUp
{
    private const long LargestInput = 1L << 26;

    /// <summary>Runs once where every input is a tensor of moderate size; open dimensions count as 1.</summary>
    public static void Run(InferenceSession session, Signature signature)
    {
        var buffers = signature.Inputs.Select(_ => new TensorBuffer()).ToArray();
        try
        {
            for (var index = 0; index < buffers.Length; index++)
                if (!TryFill(buffers[index], signature.Inputs[index])) return;
            using var options = new RunOptions();
            session.Run(options, [.. signature.Inputs.Select(input => input.Name)], [.. buffers.Select(buffer => buffer.ToValue())],
                [.. signature.Outputs.Select(output => output.Name)]).Dispose();
        }
        finally
        {
            foreach (var buffer in buffers) buffer.Dispose();
        }
    }

    private static bool TryFill(TensorBuffer buffer, ValueSignature input)
    {
        if (input.Kind != ValueKind.Tensor || input.Shape is null || Datatype.NameOf(input.ElementType) is null) return false;
        var shape = input.Shape.Select(dimension => Math.Max(1, dimension.Size ?? 1)).ToArray();
        var count = shape.Aggregate(1.0, (product, size) => product * size);
        if (count > LargestInput) return false;
        buffer.Reset(input.ElementType);
        buffer.SetCount((int)count);
        if (input.ElementType == ElementType.String)
            for (var index = 0; index < buffer.Count; index++) buffer.SetText(index, []);
        else buffer.Bytes.Clear();
        buffer.SetShape(shape);
        return true;
    }
}
