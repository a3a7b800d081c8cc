using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;

namespace Serverless.Services.Predictions;

/// <summary>What a caller asks of the log: some ids, or a page of a window.</summary>
/// <param name="Ids">The ids asked for; null for a window.</param>
/// <param name="Window">The window and its filters.</param>
/// <param name="Columns">The columns in the order asked for; null for all.</param>
/// <param name="Joined">What is put beside the predictions.</param>
/// <param name="Size">Rows of a page.</param>
/// <param name="After">The id that the page before ended with, or null.</param>
internal sealed record ExportQuery(
    IReadOnlyList<PredictionId>? Ids, PredictionQuery Window, IReadOnlyList<string>? Columns, JoinedTruth Joined, int Size, PredictionId? After)
{
    public const int MaximumIds = 100;
    public const int MaximumSize = 10_000;

    private const int MaximumOutcomes = 16;
    private static readonly TimeSpan Default = TimeSpan.FromDays(1);
    private static readonly string[] Known = ["id", "from", "to", "version", "route", "status", "columns", "labels", "outcomes", "pageSize", "pageToken", "code"];
    private static readonly string[] Prefixes = [LogColumns.Input, LogColumns.Output, LogColumns.Segment, LogColumns.Entity];

    /// <summary>Reads a request's query.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>, naming the parameter.</exception>
    public static ExportQuery Of(HttpRequest request, ModelName model, DateTimeOffset now)
    {
        if (request.Query.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } stranger)
            throw new ProblemException(ProblemKind.InvalidRequest, $"There is no parameter \"{stranger}\" here.") { Where = stranger, Expected = Known[..^1] };
        var columns = List(request, "columns");
        foreach (var column in columns ?? []) CheckColumn(column);
        var joined = new JoinedTruth(Flag(request, "labels"), List(request, "outcomes") ?? []);
        if (joined.Outcomes.Count > MaximumOutcomes) throw Wrong("outcomes", $"names at most {MaximumOutcomes}");
        if (List(request, "id") is { } ids) return new(ParseIds(request, ids), new(model, default, default), columns, joined, MaximumIds, null);
        var filters = new PredictionQuery(model, default, default)
        {
            Version = Number(request, "version"),
            Status = Number(request, "status"),
            Variant = Text(request, "route"),
            Columns = columns is null ? null : new HashSet<string>(columns) { LogColumns.Id },
        };
        return OfWindow(request, filters, columns, joined, now);
    }

    /// <summary>The token of the page that follows.</summary>
    public string Token(PredictionId after) =>
        Paging.Token(string.Create(CultureInfo.InvariantCulture, $"{Window.From.ToUnixTimeMilliseconds()}|{Window.To.ToUnixTimeMilliseconds()}|{after}|{Print(Window):x16}"))!;

    // A token keeps its window: "now" moves on from page to page.
    private static ExportQuery OfWindow(HttpRequest request, PredictionQuery filters, IReadOnlyList<string>? columns, JoinedTruth joined, DateTimeOffset now)
    {
        var paging = Paging.Of(request, MaximumSize);
        PredictionId? after = null;
        var (from, to) = (Time(request, "from"), Time(request, "to"));
        if (paging.After is { } token)
        {
            if (token.Split('|') is not [var first, var last, var id, var print] || !long.TryParse(first, CultureInfo.InvariantCulture, out var start) || !long.TryParse(last, CultureInfo.InvariantCulture, out var end)
                || !PredictionId.TryParse(id, out var reached) || print != Print(filters).ToString("x16", CultureInfo.InvariantCulture)) throw Paging.Unknown();
            (after, var (kept, until)) = (reached, (DateTimeOffset.FromUnixTimeMilliseconds(start), DateTimeOffset.FromUnixTimeMilliseconds(end)));
            if (from is { } given && given != kept || to is { } limit && limit != until) throw Paging.Unknown();
            (from, to) = (kept, until);
        }
        to ??= DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds() + 1);
        from ??= to - Default;
        if (from >= to) throw Wrong("from", "is before \"to\"");
        return new(null, filters with { From = from.Value, To = to.Value }, columns, joined, paging.Size, after);
    }

    private static ulong Print(PredictionQuery filters) =>
        XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{filters.Model}|{filters.Version}|{filters.Status}|{filters.Variant}")));

    private static IReadOnlyList<PredictionId> ParseIds(HttpRequest request, List<string> ids)
    {
        if (request.Query.Keys.FirstOrDefault(name => name is "from" or "to" or "version" or "route" or "status" or "pageToken" or "pageSize") is { } other)
            throw Wrong(other, "has no meaning beside \"id\"");
        if (ids.Count > MaximumIds) throw Wrong("id", $"names at most {MaximumIds} predictions");
        return [.. ids.Select(PredictionId.Parse)];
    }

    private static void CheckColumn(string column)
    {
        if (column == LogColumns.Time || LogColumns.Fixed.Any(known => known.Name == column) || Array.Exists(Prefixes, prefix => column.StartsWith(prefix, StringComparison.Ordinal))) return;
        throw new ProblemException(ProblemKind.InvalidRequest, $"There is no column \"{column}\".")
        {
            Where = "columns",
            Expected = [.. LogColumns.Fixed.Select(known => known.Name), LogColumns.Time, .. Prefixes.Select(prefix => prefix + "…")],
        };
    }

    private static List<string>? List(HttpRequest request, string name)
    {
        if (!request.Query.TryGetValue(name, out var given)) return null;
        List<string> items = [.. given.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries))];
        return items.Contains("") || items.Distinct().Count() < items.Count ? throw Wrong(name, "is a list of different names, with commas between") : items;
    }

    private static string? Text(HttpRequest request, string name) => request.Query.TryGetValue(name, out var given) ? given.ToString() : null;

    private static bool Flag(HttpRequest request, string name) => Text(request, name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        _ => throw Wrong(name, "is true or false"),
    };

    private static int? Number(HttpRequest request, string name) => Text(request, name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, "is a whole number");

    // To the millisecond, as the ids have it.
    private static DateTimeOffset? Time(HttpRequest request, string name) => Text(request, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time >= DateTimeOffset.UnixEpoch
            ? DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds())
            : throw Wrong(name, "is a time such as 2026-03-01T12:00:00Z");

    private static ProblemException Wrong(string name, string what) => new(ProblemKind.InvalidRequest, $"\"{name}\" {what}.") { Where = name };
}
