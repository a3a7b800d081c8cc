using System.Globalization;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference;

/// <summary>One row of an output.</summary>
internal static class OutputRows
{
    /// <summary>Writes a row's part: a scalar, nested arrays, or an object where the output was a map. One row may have an output that counts no rows.</summary>
    public static void Write(Utf8JsonWriter json, OutputTensor output, int row, int rows)
    {
        var counts = output.Shape.Length > 0 && output.Shape[0] == rows;
        if (!counts && rows > 1)
            throw new ProblemException(ProblemKind.NotSupported, $"Output \"{output.Slot.Name}\" has no row for each row that went in; ask the Open Inference Protocol for it.");
        var shape = counts ? output.Shape[1..] : output.Shape;
        var first = counts ? row * output.RowLength : 0;
        if (output.Labels is { } labels && shape.Length == 1) WriteMap(json, output, first, labels);
        else JsonValues.WriteNested(json, output, first, shape);
    }

    /// <summary>The name of a class: the registered label, else the map's key; null where there is neither.</summary>
    public static string? LabelOf(OutputTensor output, int index, IReadOnlyList<string>? registered)
    {
        if (output.Labels is not { } keys) return registered?.Count == output.RowLength ? registered[index] : null;
        var number = int.TryParse(keys[index], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return registered is not null && number >= 0 && number < registered.Count ? registered[number] : keys[index];
    }

    private static void WriteMap(Utf8JsonWriter json, OutputTensor output, int first, string[] labels)
    {
        json.WriteStartObject();
        for (var index = 0; index < labels.Length; index++)
        {
            json.WritePropertyName(labels[index]);
            JsonValues.WriteOne(json, output, first + index);
        }
        json.WriteEndObject();
    }
}
