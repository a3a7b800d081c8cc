using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Rows;

/// <summary>Which outputs are a row's label, probabilities and value; -1 where there is none. Decided once, from the signature and the model's task.</summary>
internal sealed class AnswerPlan
{
    public AnswerPlan(ValueSlot[] outputs, TaskKind task, IReadOnlyList<string>? classLabels)
    {
        ClassLabels = classLabels;
        if (task is TaskKind.BinaryClassification or TaskKind.MulticlassClassification)
        {
            Label = Prefer(outputs, IsLabel, "label");
            Probabilities = Prefer(outputs, IsProbabilities, "prob");
            // Scores without a label say which class, but not how likely it is, unless their name says so.
            if (Label < 0 && Probabilities >= 0 && !Says(outputs[Probabilities], "prob")) (Scores, Probabilities) = (Probabilities, -1);
            else if (Label < 0) Scores = Probabilities;
        }
        else if (task == TaskKind.Regression) Value = Prefer(outputs, IsValue, "");
    }

    /// <summary>How a version's outputs are read by whoever compares versions: a model of which nobody has said what it is for, by their forms.</summary>
    public static AnswerPlan Of(ServableVersion version, TaskKind task)
    {
        ValueSlot[] outputs = [.. version.Signature.Outputs.Select(output => new ValueSlot(output))];
        if (task != TaskKind.Other) return new(outputs, task, version.ClassLabels);
        var classes = new AnswerPlan(outputs, TaskKind.MulticlassClassification, version.ClassLabels);
        return classes is { Label: < 0, Probabilities: < 0, Scores: < 0 } ? new(outputs, TaskKind.Regression, version.ClassLabels) : classes;
    }

    /// <summary>The output that names the class.</summary>
    public int Label { get; } = -1;

    /// <summary>The output that holds a probability for each class.</summary>
    public int Probabilities { get; } = -1;

    /// <summary>The output whose largest element is the class, where none names it.</summary>
    public int Scores { get; } = -1;

    /// <summary>The output that is a regression's value.</summary>
    public int Value { get; } = -1;

    /// <summary>The registered labels by class index, or null.</summary>
    public IReadOnlyList<string>? ClassLabels { get; }

    private static int Prefer(ValueSlot[] outputs, Func<ValueSlot, bool> fits, string name)
    {
        var named = Array.FindIndex(outputs, output => fits(output) && Says(output, name));
        return named >= 0 ? named : Array.FindIndex(outputs, output => fits(output));
    }

    private static bool Says(ValueSlot output, string name) => output.Name.Contains(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsLabel(ValueSlot output) =>
        output is { Kind: ValueKind.Tensor, Type: ElementType.Int64 or ElementType.Int32 or ElementType.String, Dimensions: [_] or [_, 1] };

    private static bool IsProbabilities(ValueSlot output) =>
        output.Kind == ValueKind.MapSequence ||
        output is { Kind: ValueKind.Tensor, Type: ElementType.Float or ElementType.Double, Dimensions: [_, < 0 or > 1] };

    private static bool IsValue(ValueSlot output) =>
        output is { Kind: ValueKind.Tensor, Type: ElementType.Float or ElementType.Double, Dimensions: [_] or [_, < 0 or 1] or null };
}
