using System.Globalization;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>
/// Where the log keeps what a version's rows predict: chosen from the signature and the model's task, or where nobody has said it by the outputs' forms.
/// What a rule of the logging policy hides is not there.
/// </summary>
internal sealed class AnswerColumns
{
    private readonly IReadOnlyList<string>? names;
    private readonly IReadOnlyList<string>? truthNames;
    private readonly HashSet<string> wanted;
    private readonly bool isText;

    private AnswerColumns(ModelSnapshot model, ServableVersion version, IReadOnlyList<string>? reference)
    {
        var plan = AnswerPlan.Of(version, model.Task);
        var schema = PredictionSchema.Of(version, model.Policy.Logging);
        (names, truthNames) = (version.ClassLabels ?? reference, reference ?? version.ClassLabels);
        Label = Columns(schema, plan.Label) is [{ } label] ? label : null;
        isText = plan.Label >= 0 && version.Signature.Outputs[plan.Label].ElementType == ElementType.String;
        Scores = Named(Columns(schema, plan.Probabilities >= 0 ? plan.Probabilities : plan.Scores));
        if (model.Task == TaskKind.BinaryClassification) Positive = truthNames is { Count: 2 } ? truthNames[1] : truthNames is null && !isText ? "1" : null;
        Value = plan.Value >= 0 ? Columns(schema, plan.Value) is [{ } value] ? value : null : plan.Probabilities >= 0 ? Likely() : null;
        IsNumber = plan.Value >= 0;
        wanted = [.. new[] { Label, Value }.OfType<string>(), .. Label is null ? Scores.Select(score => score.Column) : []];
        Identity = string.Join('\n', [$"{IsNumber}", Label, Value, Positive, .. Scores.Select(score => $"{score.Column} {score.Class}"), "names", .. names ?? [], "truth", .. truthNames ?? []]);
    }

    /// <summary>The class's column; null where the scores tell it, or nothing.</summary>
    public string? Label { get; }

    /// <summary>A column for each class, whose largest is the class where no column names it.</summary>
    public IReadOnlyList<(string Column, string Class)> Scores { get; }

    /// <summary>A regression's value, or the probability of the positive class.</summary>
    public string? Value { get; }

    /// <summary>The positive one of two classes; null where nobody knows.</summary>
    public string? Positive { get; }

    /// <summary>Whether the prediction is a number, not a class.</summary>
    public bool IsNumber { get; }

    /// <summary>Whether the log tells what was predicted.</summary>
    private bool IsReadable => IsNumber ? Value is not null : Label is not null || Scores.Count > 0;

    /// <summary>Equal where rows are read alike.</summary>
    public string Identity { get; }

    /// <summary>Those of a version, with the names of classes that the version it is compared with has; null where the log does not tell what it predicts.</summary>
    public static AnswerColumns? Of(ModelSnapshot model, int? version, int? reference) => version is { } number && model.Versions.TryGetValue(number, out var found)
        && new AnswerColumns(model, found, reference is { } other ? model.Versions.GetValueOrDefault(other)?.ClassLabels : null) is { IsReadable: true } columns ? columns : null;

    /// <summary>Whether a column is to be read.</summary>
    public bool Wants(string column) => wanted.Contains(column);

    /// <summary>The class that an output's number or text is.</summary>
    public string Class(string output) => Indexed(output, names) ?? output;

    /// <summary>The class that a label is: by its name, else by its index.</summary>
    public string Class(TruthValue label)
    {
        if (truthNames?.Contains(label.Text) == true) return label.Text;
        // Of classes that are numbers, true is 1.
        var text = label.Type == TruthType.Boolean && !isText ? label.Number == 1 ? "1" : "0" : label.Text;
        return Indexed(text, truthNames) ?? text;
    }

    private static string? Indexed(string text, IReadOnlyList<string>? names) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < (names?.Count ?? 0) ? names![index] : null;

    private string? Likely()
    {
        var named = Scores.FirstOrDefault(score => score.Class == Positive).Column;
        return named ?? (names is null && Scores.Count == 2 ? Scores[1].Column : null);
    }

    private (string, string)[] Named(string?[] columns) => columns.Length < 2 || columns.Contains(null) ? []
        : [.. columns.Select((column, at) => (column!, names?.Count == columns.Length ? names[at] : at.ToString(CultureInfo.InvariantCulture)))];

    // Hashes and edges of buckets are not what was predicted.
    private static string?[] Columns(PredictionSchema schema, int output) => output < 0 || schema.Tensors[schema.Inputs + output] is { List: true } ? []
        : [.. schema.Tensors[schema.Inputs + output] is var layout ? layout.Columns.Zip(layout.Rules, (column, rule) => rule?.Kind is null or FeatureRuleKind.Keep ? column?.Name : null) : []];
}
