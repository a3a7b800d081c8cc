using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>How one version's predictions are kept under one policy. Make it once per version and policy, hand it in with each request.</summary>
public sealed class PredictionSchema
{
    /// <summary>A tensor with more elements a row than this is one list column.</summary>
    public const int MaximumColumns = 512;

    // What a short text takes with its length.
    private const int TextBytes = 4;

    private PredictionSchema(IReadOnlyList<TensorLayout> tensors, int inputs, LoggingPolicy policy)
    {
        Tensors = tensors;
        Inputs = inputs;
        Policy = policy;
        Columns = [.. tensors.SelectMany(tensor => tensor.Columns.Append(tensor.Hash)).OfType<LogColumn>()];
        RowBytes = tensors.Sum(tensor => tensor.List || LogTypes.Of(tensor.Type) is not { } type ? 0 : tensor.Columns.Count * Math.Max(LogTypes.Size(type), TextBytes));
        Fingerprint = string.Join('\n', tensors.SelectMany(Describe).Prepend($"{policy.Mode} {policy.FlushAfter} {policy.FlushRows}")
            .Concat(policy.Features.Where(rule => rule.Key.StartsWith(LogColumns.Segment, StringComparison.Ordinal) || rule.Key.StartsWith(LogColumns.Entity, StringComparison.Ordinal))
                .OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => $"{rule}")));
    }

    /// <summary>The tensors in the signature's order, inputs first: an entry's slots.</summary>
    public IReadOnlyList<TensorLayout> Tensors { get; }

    /// <summary>How many of the tensors are inputs.</summary>
    public int Inputs { get; }

    /// <summary>The policy in force.</summary>
    public LoggingPolicy Policy { get; }

    /// <summary>The columns of the tensors.</summary>
    public IReadOnlyList<LogColumn> Columns { get; }

    /// <summary>Bytes of one row's tensors, as far as the signature tells.</summary>
    internal int RowBytes { get; }

    /// <summary>Equal for schemas that may share a file.</summary>
    internal string Fingerprint { get; }

    /// <summary>The schema of a version.</summary>
    public static PredictionSchema Of(ServableVersion version, LoggingPolicy policy)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var (inputs, outputs) = (version.Signature.Inputs, version.Signature.Outputs);
        var features = inputs.Count == 1 ? version.FeatureNames : null;
        var byRow = version.Signature.CountsRows;
        return new(
            [
                .. inputs.Select(value => Layout(value, LogColumns.Input, features, bare: true, byRow, policy, names)),
                .. outputs.Select(value => Layout(value, LogColumns.Output, version.ClassLabels, bare: false, byRow, policy, names)),
            ],
            inputs.Count, policy);
    }

    private static IEnumerable<string> Describe(TensorLayout tensor) =>
        tensor.Columns.Zip(tensor.Rules, (column, rule) => $"{column} {rule}").Append($"{tensor.Name} {tensor.Type} {tensor.Hash}");

    private static TensorLayout Layout(
        ValueSignature value, string prefix, IReadOnlyList<string>? parts, bool bare, bool byRow, LoggingPolicy policy, HashSet<string> names)
    {
        if (LogTypes.Of(value.ElementType) is not { } type) return new(value.Name, value.ElementType, [], [], List: true);
        if (Width(value, parts, byRow) is not { } width) return ListLayout(value, prefix, type, policy, names);
        var named = width > 1 && parts?.Count == width || width == 1 && bare && parts?.Count == 1;
        var rules = new FeatureRule?[width];
        var columns = new LogColumn?[width];
        for (var at = 0; at < width; at++)
        {
            var name = named ? bare ? parts![at] : $"{value.Name}_{parts![at]}" : width == 1 ? value.Name : $"{value.Name}_{at}";
            rules[at] = Rule(policy, prefix, name, value.Name);
            columns[at] = rules[at]?.Kind switch
            {
                FeatureRuleKind.Drop => null,
                FeatureRuleKind.Hash => new(Unique(names, prefix + name), LogType.Text),
                FeatureRuleKind.Bucket or FeatureRuleKind.Keep or null => new(Unique(names, prefix + name), type),
            };
        }
        return new(value.Name, value.ElementType, columns, rules, List: false);
    }

    // A list has no bucket, and a hash of each item would tell as much as the list: both keep the whole list's hash only.
    private static TensorLayout ListLayout(ValueSignature value, string prefix, LogType type, LoggingPolicy policy, HashSet<string> names)
    {
        var rule = Rule(policy, prefix, value.Name, value.Name);
        if (rule?.Kind is FeatureRuleKind.Drop) return new(value.Name, value.ElementType, [], [], List: true);
        var hash = new LogColumn(Unique(names, prefix + value.Name + LogColumns.Hash), LogType.Text);
        var keep = rule?.Kind is null or FeatureRuleKind.Keep;
        return new(value.Name, value.ElementType, [keep ? new(Unique(names, prefix + value.Name), type, List: true) : null], [rule], List: true) { Hash = hash };
    }

    /// <summary>Elements a row, when there is a column for each; null for a list. Where no dimension counts rows, the whole tensor is the row.</summary>
    private static int? Width(ValueSignature value, IReadOnlyList<string>? labels, bool byRow) => value switch
    {
        { Kind: ValueKind.MapSequence } => labels?.Count,
        { Kind: not ValueKind.Tensor } or { Shape: null or { Count: > 2 } } => null,
        { Shape: { Count: 0 } } => 1,
        { Shape: [{ Size: null }, ..] } when byRow => Width(value.Shape.Skip(1)),
        _ => byRow ? null : Width(value.Shape!),
    };

    private static int? Width(IEnumerable<Dimension> row)
    {
        var width = 1L;
        foreach (var dimension in row) width *= dimension.Size ?? 0;
        return width is >= 1 and <= MaximumColumns ? (int)width : null;
    }

    private static FeatureRule? Rule(LoggingPolicy policy, string prefix, string name, string tensor)
    {
        foreach (var key in (string[])[prefix + name, name, prefix + tensor, tensor])
            if (policy.Features.TryGetValue(key, out var rule)) return rule;
        return null;
    }

    private static string Unique(HashSet<string> names, string name)
    {
        var unique = name;
        for (var number = 2; !names.Add(unique); number++) unique = $"{name}_{number}";
        return unique;
    }
}
