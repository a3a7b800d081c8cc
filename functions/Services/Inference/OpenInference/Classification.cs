using System.Globalization;
using System.Text;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>The classification extension: of each row the k largest values as text "value:index" or "value:index:label".</summary>
internal static class Classification
{
    /// <summary>Writes an output's classes.</summary>
    public static void Write(Utf8JsonWriter json, OutputTensor output, RequestedOutput asked, InferenceCall call)
    {
        var classes = Classify(output, asked.Classes, call);
        var width = Width(output, asked.Classes);
        InferWriter.Start(json, output.Slot.Utf8, "BYTES", output.Shape.Length < 2 ? [classes.Count] : [output.Shape[0], width]);
        if (asked.Binary ?? false)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, classes.Sum(text => sizeof(uint) + Encoding.UTF8.GetByteCount(text)));
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data"u8);
            foreach (var text in classes) json.WriteStringValue(text);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>The same as a binary tensor.</summary>
    public static void WriteBinary(ResponseBuffer target, OutputTensor output, RequestedOutput asked, InferenceCall call)
    {
        foreach (var text in Classify(output, asked.Classes, call)) BinaryTensor.WriteText(Encoding.UTF8.GetBytes(text), target);
    }

    private static int Width(OutputTensor output, int classes) => Math.Min(classes, RowLength(output));

    private static int RowLength(OutputTensor output) => output.Shape.Length < 2 ? output.Count : output.RowLength;

    private static List<string> Classify(OutputTensor output, int classes, InferenceCall call)
    {
        var scores = Scores(output);
        var length = RowLength(output);
        var labels = output.Labels ?? (call.Servable.Version.ClassLabels?.Count == length ? call.Servable.Version.ClassLabels : null);
        var texts = new List<string>();
        for (var start = 0; start < scores.Length; start += length)
        {
            var from = start;
            // Ties keep the order of the classes: OrderByDescending is stable.
            foreach (var index in Enumerable.Range(0, length).OrderByDescending(index => scores[from + index]).Take(classes))
                texts.Add(Describe(scores[start + index], index, labels));
        }
        return texts;
    }

    private static string Describe(double score, int index, IReadOnlyList<string>? labels)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{(float)score}:{index}");
        return labels is null ? text : $"{text}:{labels[index]}";
    }

    private static double[] Scores(OutputTensor output) => output.Type switch
    {
        ElementType.Float => Array.ConvertAll(output.Values<float>().ToArray(), value => (double)value),
        ElementType.Double => output.Values<double>().ToArray(),
        ElementType.Int64 => Array.ConvertAll(output.Values<long>().ToArray(), value => (double)value),
        ElementType.Int32 => Array.ConvertAll(output.Values<int>().ToArray(), value => (double)value),
        _ => throw new ProblemException(ProblemKind.InvalidRequest, $"Output \"{output.Slot.Name}\" has no numbers to classify.") { Where = output.Slot.Name },
    };
}
