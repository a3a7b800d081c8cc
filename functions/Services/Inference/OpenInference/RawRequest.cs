using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>A request without JSON (Inference-Header-Content-Length: 0): the bytes of the only input, one row; every output is answered in binary.</summary>
internal static class RawRequest
{
    /// <summary>Fills the call.</summary>
    public static void Read(ReadOnlySpan<byte> body, InferenceCall call)
    {
        if (call.Servable.Inputs is not [var slot])
            throw new ProblemException(ProblemKind.InvalidRequest, "A request without JSON needs a model of one input.") { Expected = call.Servable.InputNames };
        var target = call.Give(0);
        // A raw text has no length in front: the body is the one element.
        if (slot.Type == ElementType.String) target.AddText(body);
        else BinaryTensor.Read(body, target, slot.Name);
        TensorShape.Set(target, Deduce(slot, target.Count), slot);
        for (var index = 0; index < call.Servable.Outputs.Length; index++) call.Requested.Add(new(index, true, 0));
    }

    // The batch is 1; one further open dimension follows from the number of bytes.
    private static long[] Deduce(ValueSlot slot, int count)
    {
        if (slot.Dimensions is not { } declared) return [count];
        var shape = (long[])declared.Clone();
        if (shape is [< 0, ..]) shape[0] = 1;
        if (TensorShape.Deduce(shape, count).Contains(-1))
            throw Refuse.Tensor(slot.Name, $"has no shape that follows from {count} values; the model takes {TensorShape.Write(declared)}.");
        return shape;
    }
}
