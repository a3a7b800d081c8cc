using Serverless.Core.Registry;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Running;

/// <summary>Joins requests' tensors along the first dimension, and hands the rows of the outputs back.</summary>
internal static class BatchTensors
{
    /// <summary>Whether two requests' inputs differ in the number of rows only.</summary>
    public static bool AreAlike(InferenceCall one, InferenceCall other)
    {
        for (var index = 0; index < one.Servable.Inputs.Length; index++)
            if (!one.Input(index).Shape[1..].SequenceEqual(other.Input(index).Shape[1..])) return false;
        return true;
    }

    /// <summary>Fills one call's inputs with those of all.</summary>
    public static void Join(IReadOnlyList<InferenceCall> calls, InferenceCall whole)
    {
        var rows = calls.Sum(call => call.Rows);
        for (var index = 0; index < whole.Servable.Inputs.Length; index++)
        {
            var target = whole.Give(index);
            foreach (var call in calls) Append(call.Input(index), target);
            target.SetShape([rows, .. calls[0].Input(index).Shape[1..]]);
        }
        whole.Complete(rows);
    }

    /// <summary>Whether every output has a row for every row that went in.</summary>
    public static bool CanSplit(InferenceCall whole, int rows)
    {
        foreach (var output in whole.Outputs)
            if (output.Shape is not [var first, ..] || first != rows) return false;
        return true;
    }

    /// <summary>Hands each call its rows; the last one to let go returns the whole to the pool.</summary>
    public static void Split(IReadOnlyList<InferenceCall> calls, InferenceCall whole, CallPool pool)
    {
        var owner = new SharedRun(whole, calls.Count, pool);
        var row = 0;
        foreach (var call in calls)
        {
            call.Share(whole, row, owner);
            row += call.Rows;
        }
    }

    private static void Append(TensorBuffer source, TensorBuffer target)
    {
        var start = target.Count;
        target.SetCount(checked(start + source.Count));
        if (target.Type == ElementType.String)
            for (var index = 0; index < source.Count; index++) target.SetText(start + index, source.Text(index));
        else source.Bytes.CopyTo(target.Bytes[(start * Datatype.SizeOf(target.Type))..]);
    }

    private sealed class SharedRun(InferenceCall whole, int users, CallPool pool) : IDisposable
    {
        private int left = users;

        public void Dispose()
        {
            if (Interlocked.Decrement(ref left) == 0) pool.Return(whole);
        }
    }
}
