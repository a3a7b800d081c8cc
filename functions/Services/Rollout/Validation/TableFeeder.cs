using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Rollout.Validation;

/// <summary>Feeds a version with rows of a table: a column for each feature of its one input, or for each of its inputs.</summary>
internal sealed class TableFeeder : IDisposable
{
    private readonly ServableVersion version;
    private readonly double[][] numbers;
    private readonly string?[]?[] texts;
    private readonly TensorBuffer[] buffers;

    private TableFeeder(ServableVersion version, double[][] numbers, string?[]?[] texts)
    {
        (this.version, this.numbers, this.texts) = (version, numbers, texts);
        buffers = [.. version.Signature.Inputs.Select(_ => new TensorBuffer())];
    }

    /// <summary>How many rows there are.</summary>
    public int Rows => numbers.Length == 0 ? 0 : Math.Max(numbers[0].Length, texts[0]?.Length ?? 0);

    /// <summary>The features that are numbers, by their place.</summary>
    public IEnumerable<int> Numeric => Enumerable.Range(0, numbers.Length).Where(at => texts[at] is null);

    /// <summary>The columns that a version takes; null where it takes tensors that are no columns.</summary>
    public static IReadOnlyList<string>? Columns(ServableVersion version)
    {
        var inputs = version.Signature.Inputs;
        if (!inputs.All(IsFed)) return null;
        if (inputs is [var one] && Width(one) is { } width && (width > 1 || version.FeatureNames is not null)) return version.FeatureNames?.Count == width ? version.FeatureNames : null;
        return inputs.All(input => Width(input) == 1) ? [.. inputs.Select(input => input.Name)] : null;
    }

    /// <summary>The columns that a row must have a value of, or it would be refused: all of them, or, where what is missing is allowed, those whose type has nothing that stands for it.</summary>
    public static IEnumerable<string> Needed(ServableVersion version, MissingFeature missing) =>
        Columns(version) is { } columns ? columns.Where((_, at) => missing == MissingFeature.Reject || TypeOf(version, at) is ElementType.Int64 or ElementType.Int32 or ElementType.Bool) : [];

    /// <summary>Feeds a version from a table; null where the table lacks a column.</summary>
    public static TableFeeder? Of(ServableVersion version, EvaluationTable table)
    {
        if (Columns(version) is not { } columns) return null;
        var words = columns.Select((column, at) => TypeOf(version, at) == ElementType.String ? table.Texts(column) : null).ToArray();
        var values = columns.Select(table.Numbers).ToArray();
        return columns.Where((_, at) => words[at] is null && values[at] is null).Any() ? null
            : new(version, [.. values.Select((value, at) => words[at] is null ? value!.ToArray() : [])], words);
    }

    /// <summary>The same rows with other numbers in one feature.</summary>
    public TableFeeder With(Func<int, double, double> changed) =>
        new(version, [.. numbers.Select((column, feature) => texts[feature] is null ? column.Select(value => changed(feature, value)).ToArray() : column)], texts);

    /// <summary>The spread of a feature's numbers.</summary>
    public double Spread(int feature)
    {
        double[] known = [.. numbers[feature].Where(double.IsFinite)];
        if (known.Length < 2) return 0;
        var mean = known.Average();
        return Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1));
    }

    /// <summary>Runs some of the rows. The caller disposes of what it gets.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, RunOptions options, int from, int count)
    {
        var inputs = version.Signature.Inputs;
        for (var input = 0; input < inputs.Count; input++) Fill(buffers[input], inputs[input], inputs.Count == 1 ? 0 : input, inputs.Count == 1 ? numbers.Length : 1, from, count);
        return session.Run(options, [.. inputs.Select(input => input.Name)], [.. buffers.Select(buffer => buffer.ToValue())], [.. version.Signature.Outputs.Select(output => output.Name)]);
    }

    public void Dispose()
    {
        foreach (var buffer in buffers) buffer.Dispose();
    }

    private void Fill(TensorBuffer buffer, ValueSignature input, int first, int width, int from, int count)
    {
        buffer.Reset(input.ElementType);
        buffer.SetCount(count * width);
        for (var row = 0; row < count; row++)
            for (var at = 0; at < width; at++) Set(buffer, input.ElementType, row * width + at, first + at, from + row);
        buffer.SetShape(input.Shape!.Count == 1 ? [count] : [count, width]);
    }

    private void Set(TensorBuffer buffer, ElementType type, int index, int feature, int row)
    {
        var number = texts[feature] is null ? numbers[feature][row] : double.NaN;
        switch (type)
        {
            case ElementType.String: buffer.SetText(index, Encoding.UTF8.GetBytes(texts[feature]?[row] ?? (double.IsNaN(number) ? "" : number.ToString("R", CultureInfo.InvariantCulture)))); break;
            case ElementType.Float: buffer.Set(index, (float)number); break;
            case ElementType.Double: buffer.Set(index, number); break;
            case ElementType.Int64: buffer.Set(index, (long)number); break;
            case ElementType.Int32: buffer.Set(index, (int)number); break;
            default: buffer.Set(index, (byte)(number == 1 ? 1 : 0)); break;
        }
    }

    private static ElementType TypeOf(ServableVersion version, int feature) => version.Signature.Inputs[version.Signature.Inputs.Count == 1 ? 0 : feature].ElementType;

    private static bool IsFed(ValueSignature input) =>
        input is { Kind: ValueKind.Tensor, ElementType: ElementType.String or ElementType.Float or ElementType.Double or ElementType.Int64 or ElementType.Int32 or ElementType.Bool, Shape: [{ Size: null }] or [{ Size: null }, { Size: > 0 }] };

    private static int? Width(ValueSignature input) => input.Shape is [_, { Size: { } width }] ? (int)width : 1;
}
