using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>What a table's columns are there for: <c>label=</c>, <c>prediction=</c>, <c>segments=</c>, <c>time=</c>, <c>ignore=</c> and <c>types=</c> of the query.</summary>
/// <param name="Label">The column of the truth, or null.</param>
/// <param name="Predictions">Columns of predictions with the output that each is of; <c>prediction=column:output</c>, the output's name where it is the column's.</param>
/// <param name="Segments">Columns that rows are told apart by.</param>
/// <param name="Time">The column of the time, or null.</param>
/// <param name="Ignored">Columns that are left out.</param>
/// <param name="Types">Types that are stated: <c>types=age:numeric,zip:categorical</c>.</param>
internal sealed record BaselineRoles(
    string? Label, IReadOnlyDictionary<string, string> Predictions, IReadOnlyList<string> Segments, string? Time, IReadOnlyList<string> Ignored, IReadOnlyDictionary<string, ColumnType> Types)
{
    public static BaselineRoles None { get; } = new(null, new Dictionary<string, string>(), [], null, [], new Dictionary<string, ColumnType>());

    /// <summary>Reads the query.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: a type that is none.</exception>
    public static BaselineRoles Of(HttpRequest request) => new(
        One(request, "label"), List(request, "prediction").Select(Pair).ToDictionary(pair => pair.Name, pair => pair.Other ?? pair.Name), List(request, "segments"), One(request, "time"), List(request, "ignore"),
        List(request, "types").Select(Pair).ToDictionary(pair => pair.Name, pair => Type(pair.Name, pair.Other)));

    /// <summary>Every column that the query names.</summary>
    public IEnumerable<string> Named => [.. Predictions.Keys, .. Segments, .. Ignored, .. Types.Keys, .. Label is null ? [] : new[] { Label }, .. Time is null ? [] : new[] { Time }];

    /// <summary>What a column is, and what scans call it; null for one that is left out.</summary>
    public (ColumnRole Role, string Watched)? RoleOf(string column) =>
        Ignored.Contains(column) ? null
        : column == Label ? (ColumnRole.Label, "label")
        : column == Time ? (ColumnRole.Time, column)
        : Predictions.TryGetValue(column, out var output) ? (ColumnRole.Prediction, output)
        : Segments.Contains(column) ? (ColumnRole.Segment, column)
        : (ColumnRole.Feature, column);

    /// <summary>The roles in one form, so that the same table read in another way is another source.</summary>
    public string Text => string.Join(';', [$"label={Label}", $"prediction={Joined(Predictions.Select(pair => $"{pair.Key}:{pair.Value}"))}", $"segments={Joined(Segments)}", $"time={Time}",
        $"ignore={Joined(Ignored)}", $"types={Joined(Types.Select(pair => $"{pair.Key}:{pair.Value}"))}"]);

    private static string Joined(IEnumerable<string> parts) => string.Join(',', parts.Order(StringComparer.Ordinal));

    private static string? One(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static string[] List(HttpRequest request, string name) => [.. request.Query[name].SelectMany(text => text!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];

    private static (string Name, string? Other) Pair(string text) => text.LastIndexOf(':') is > 0 and var colon ? (text[..colon], text[(colon + 1)..]) : (text, null);

    private static ColumnType Type(string column, string? type) => Enum.TryParse<ColumnType>(type, ignoreCase: true, out var known) && !char.IsAsciiDigit(type![0]) ? known
        : throw new ProblemException(ProblemKind.InvalidRequest, $"\"{type}\" is no type for {column}.") { Where = "types", Expected = [.. Enum.GetNames<ColumnType>().Select(name => char.ToLowerInvariant(name[0]) + name[1..])] };
}
