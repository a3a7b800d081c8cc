using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Problems;

namespace Serverless.Services.Predictions;

/// <summary>How predictions are sent.</summary>
internal enum ExportFormat
{
    /// <summary>One JSON object a row and line.</summary>
    JsonLines,
    /// <summary>RFC 4180, with a header line.</summary>
    Csv,
    /// <summary>An Arrow IPC stream.</summary>
    Arrow,
}

/// <summary>The forms by their media types.</summary>
internal static class ExportFormats
{
    private static readonly (string Type, ExportFormat Format)[] Types =
    [
        ("application/x-ndjson", ExportFormat.JsonLines),
        ("application/jsonl", ExportFormat.JsonLines),
        ("application/json", ExportFormat.JsonLines),
        ("text/csv", ExportFormat.Csv),
        ("application/vnd.apache.arrow.stream", ExportFormat.Arrow),
    ];

    /// <summary>The form that a request likes best; JSON lines where it does not say.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotAcceptable"/></exception>
    public static ExportFormat Of(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0) return ExportFormat.JsonLines;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) throw Unacceptable();
        foreach (var wanted in accepted.Where(type => type.Quality is not 0).OrderByDescending(type => type.Quality ?? 1))
            foreach (var (type, format) in Types)
                if (new MediaTypeHeaderValue(type) is var offered && offered.IsSubsetOf(wanted) && !accepted.Any(other => other.Quality is 0 && offered.IsSubsetOf(other))) return format;
        throw Unacceptable();
    }

    /// <summary>The media type of a form.</summary>
    public static string TypeOf(ExportFormat format) => Types.First(type => type.Format == format).Type + (format == ExportFormat.Csv ? "; charset=utf-8; header=present" : "");

    private static ProblemException Unacceptable() =>
        new(ProblemKind.NotAcceptable, "Predictions are sent as JSON lines, CSV or an Arrow stream.") { Where = "Accept", Expected = [.. Types.Select(type => type.Type)] };
}
