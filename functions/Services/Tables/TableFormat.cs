using Serverless.Core.Problems;

namespace Serverless.Services.Tables;

/// <summary>The forms in which a table may come.</summary>
public enum TableFormat
{
    /// <summary>RFC 4180, UTF-8, with a header; gzip'd or not.</summary>
    Csv,
    /// <summary>Apache Parquet.</summary>
    Parquet,
    /// <summary>Arrow's IPC stream.</summary>
    ArrowStream,
    /// <summary>Arrow's IPC file (Feather 2).</summary>
    ArrowFile,
}

/// <summary>Tells forms apart by their first bytes, which do not lie; text that is none of the others is CSV.</summary>
internal static class TableFormats
{
    /// <summary>The content types that name a table.</summary>
    public static IReadOnlyList<string> ContentTypes { get; } =
        ["text/csv", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.file", "application/octet-stream", "application/gzip"];

    public static TableFormat Of(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith("PAR1"u8) => TableFormat.Parquet,
        _ when head.StartsWith("ARROW1"u8) => TableFormat.ArrowFile,
        [0xFF, 0xFF, 0xFF, 0xFF, ..] => TableFormat.ArrowStream,
        [] => throw new ProblemException(ProblemKind.InvalidRequest, "The body is empty; a table is wanted.") { Expected = ContentTypes },
        _ => TableFormat.Csv,
    };
}
