using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Rows;

namespace Serverless.Services.Rollout.Validation;

/// <summary>What a version says to the rows of a table.</summary>
internal sealed class Answers
{
    private const int Batch = 512;

    private Answers(int rows) => (Labels, Scores, Finite) = (new string?[rows], new double[rows], new bool[rows]);

    /// <summary>Predicted classes.</summary>
    public string?[] Labels { get; }

    /// <summary>A regression's values, or probabilities of the second of two classes; NaN where there are none.</summary>
    public double[] Scores { get; }

    /// <summary>Whether every number of a row's outputs is finite.</summary>
    public bool[] Finite { get; }

    /// <summary>Runs a version over all rows.</summary>
    /// <exception cref="OnnxRuntimeException">It fails on them.</exception>
    public static Answers Of(ServableVersion version, TaskKind task, InferenceSession session, TableFeeder rows, CancellationToken cancel)
    {
        var plan = AnswerPlan.Of(version, task);
        var answers = new Answers(rows.Rows);
        using var options = new RunOptions();
        for (var from = 0; from < rows.Rows; from += Batch)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Min(Batch, rows.Rows - from);
            using var outputs = rows.Run(session, options, from, count);
            answers.Take(version, plan, outputs, from, count);
        }

        return answers;
    }

    private void Take(ServableVersion version, AnswerPlan plan, IDisposableReadOnlyCollection<OrtValue> outputs, int from, int count)
    {
        Array.Fill(Scores, double.NaN, from, count);
        Array.Fill(Finite, true, from, count);
        for (var output = 0; output < outputs.Count; output++)
        {
            if (version.Signature.Outputs[output].Kind != ValueKind.Tensor) continue;
            if (version.Signature.Outputs[output].ElementType == ElementType.String)
            {
                if (output != plan.Label) continue;
                var words = outputs[output].GetStringTensorAsArray();
                for (var row = 0; row < count; row++) Labels[from + row] = words[row];
                continue;
            }

            if (Numbers(outputs[output]) is { } numbers && numbers.Length % count == 0) Take(version, plan, output, numbers, from, count);
        }
    }

    private void Take(ServableVersion version, AnswerPlan plan, int output, double[] numbers, int from, int count)
    {
        var width = numbers.Length / count;
        for (var row = 0; row < count; row++)
        {
            var values = numbers.AsSpan(row * width, width);
            foreach (var value in values) Finite[from + row] &= double.IsFinite(value);
            if (output == plan.Label) Labels[from + row] = Class(version, (long)values[0]);
            else if (output == plan.Value) Scores[from + row] = values[0];
            else if (output == plan.Probabilities || output == plan.Scores)
            {
                if (output == plan.Probabilities && width == 2) Scores[from + row] = values[1];
                if (plan.Label < 0) Labels[from + row] = Class(version, Largest(values));
            }
        }
    }

    private static int Largest(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var at = 1; at < values.Length; at++)
            if (values[at] > values[best]) best = at;
        return best;
    }

    private static string Class(ServableVersion version, long index) =>
        version.ClassLabels is { } labels && index >= 0 && index < labels.Count ? labels[(int)index] : index.ToString(CultureInfo.InvariantCulture);

    private static double[]? Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => [.. value.GetTensorDataAsSpan<float>().ToArray().Select(number => (double)number)],
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Double => value.GetTensorDataAsSpan<double>().ToArray(),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => [.. value.GetTensorDataAsSpan<long>().ToArray().Select(number => (double)number)],
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int32 => [.. value.GetTensorDataAsSpan<int>().ToArray().Select(number => (double)number)],
        _ => null,
    };
}
