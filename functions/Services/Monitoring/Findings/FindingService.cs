using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.Findings;

/// <summary>Answers about findings: lists, one whole, and figures over time.</summary>
public sealed class FindingService(FindingStore findings, ModelSnapshots models, TimeProvider clock)
{
    /// <summary>Answers <c>GET /models/{m}/findings?monitor=&amp;from=&amp;to=&amp;verdict=</c>: by monitor, newest first.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.InvalidRequest"/></exception>
    public async Task<IResult> ListAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var (name, range, paging) = (await KnownAsync(model, cancel), Range(request), Paging.Of(request));
        var verdict = Verdict(request);
        var (items, after) = (new List<FindingItem>(), Keys(paging.After));
        do
        {
            (var rows, after) = await findings.ListAsync(name, Text(request, "monitor"), range.From, range.To, after, paging.Size - items.Count, cancel);
            items.AddRange(rows.Where(row => verdict is null || row.Verdict == verdict).Select(FindingItem.Of));
        }
        while (after is not null && items.Count < paging.Size);
        return TypedResults.Json(new Page<FindingItem>(items, Paging.Token(after is { } keys ? $"{keys.Partition}\n{keys.Row}" : null)), FindingWire.Default.PageFindingItem);
    }

    /// <summary>Answers <c>GET /models/{m}/findings/{id}</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(string model, string id, CancellationToken cancel) =>
        TypedResults.Json(await FindAsync(model, id, cancel), FindingJson.Default.Finding);

    /// <summary>A finding, superseded ones too.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<Finding> FindAsync(string model, string id, CancellationToken cancel) =>
        Guid.TryParse(id, out var finding) && await findings.ReadAsync(ModelName.Parse(model), finding, cancel) is { } found
            ? found
            : throw new ProblemException(ProblemKind.NotFound, $"{model} has no finding {id}.") { Where = "id" };

    /// <summary>Answers <c>GET /models/{m}/series?name=monitor/subject/check[/segment]</c>, oldest first; without a name, which series there are.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.InvalidRequest"/></exception>
    public async Task<IResult> SeriesAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var (name, range, wanted) = (await KnownAsync(model, cancel), Range(request), Text(request, "name"));
        var monitor = wanted?.Split('/')[0] ?? Text(request, "monitor");
        var (rows, _) = await findings.ListAsync(name, monitor, range.From, range.To, null, MostPoints, cancel);
        var points = rows.SelectMany(row => row.Figures.Select(figure => (Name: SeriesName(row, figure), Point: new SeriesPoint(row.Window.To, figure.Value, figure.Verdict, row.Id))));
        if (wanted is null)
            return TypedResults.Json(new SeriesNames([.. points.Select(point => point.Name).Distinct().Order(StringComparer.Ordinal)]), FindingWire.Default.SeriesNames);
        return TypedResults.Json(new Series(wanted, [.. points.Where(point => point.Name == wanted).Select(point => point.Point).OrderBy(point => point.Time)]), FindingWire.Default.Series);
    }

    private const int MostPoints = 5_000;

    private static string SeriesName(FindingRow row, Figure figure) => $"{row.Monitor}/{figure.Subject}/{figure.Check}{(figure.Segment is { } segment ? $"/{segment}" : "")}";

    private async Task<ModelName> KnownAsync(string model, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        return await models.GetAsync(name, cancel) is null ? throw ModelStore.NotFound(name) : name;
    }

    private (DateTimeOffset From, DateTimeOffset To) Range(HttpRequest request) =>
        (Time(request, "from") ?? DateTimeOffset.UnixEpoch, Time(request, "to") ?? clock.GetUtcNow().AddDays(1));

    private static DateTimeOffset? Time(HttpRequest request, string name) => Text(request, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new ProblemException(ProblemKind.InvalidRequest, $"{name} is a time such as 2026-01-31T12:00:00Z.") { Where = name };

    private static FindingVerdict? Verdict(HttpRequest request) => Text(request, "verdict") is not { } text ? null
        : Enum.TryParse<FindingVerdict>(text, ignoreCase: true, out var verdict) && !char.IsAsciiDigit(text[0]) ? verdict
        : throw new ProblemException(ProblemKind.InvalidRequest, $"There is no verdict {text}.") { Where = "verdict", Expected = [.. Enum.GetNames<FindingVerdict>().Select(name => char.ToLowerInvariant(name[0]) + name[1..])] };

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static (string Partition, string Row)? Keys(string? token) => token is null ? null : token.Split('\n') is [var partition, var row] ? (partition, row) : throw Paging.Unknown();
}

/// <summary>A finding in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Signal">What is watched.</param>
/// <param name="Window">The window.</param>
/// <param name="Scanned">When it was scanned.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Summary">In words.</param>
/// <param name="Rows">Rows in the window.</param>
/// <param name="Revision">1 for the window's first scan.</param>
internal sealed record FindingItem(Guid Id, string Monitor, Signal Signal, TimeWindow Window, DateTimeOffset Scanned, FindingVerdict Verdict, string Summary, long Rows, int Revision)
{
    public static FindingItem Of(FindingRow row) => new(row.Id, row.Monitor, row.Signal, row.Window, row.Scanned, row.Verdict, row.Summary, row.Rows, row.Revision);
}

/// <summary>Which series there are.</summary>
/// <param name="Names"><c>monitor/subject/check[/segment]</c>, in order.</param>
internal sealed record SeriesNames(IReadOnlyList<string> Names);

/// <summary>One figure over time.</summary>
/// <param name="Name">Which.</param>
/// <param name="Points">Oldest first.</param>
internal sealed record Series(string Name, IReadOnlyList<SeriesPoint> Points);

/// <summary>A figure at a window's end.</summary>
/// <param name="Time">The window's end.</param>
/// <param name="Value">The figure.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Finding">Where it stands.</param>
internal sealed record SeriesPoint(DateTimeOffset Time, double Value, FindingVerdict Verdict, Guid Finding);

/// <summary>What callers see of findings.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<FindingVerdict>)])]
[JsonSerializable(typeof(Page<FindingItem>))]
[JsonSerializable(typeof(SeriesNames))]
[JsonSerializable(typeof(Series))]
internal sealed partial class FindingWire : JsonSerializerContext;
