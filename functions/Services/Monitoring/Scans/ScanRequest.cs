using System.Text.Json.Serialization;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>A message of the queue <c>scan-requests</c>: one window of one monitor, or a scan on demand whose windows are to be asked for.</summary>
/// <param name="Model">The model.</param>
/// <param name="Monitor">The monitor; null with <paramref name="Scan"/> alone.</param>
/// <param name="To">The window's end; null with <paramref name="Scan"/> alone.</param>
/// <param name="Scan">The scan on demand that it belongs to; null for the timers'.</param>
internal sealed record ScanRequest(string Model, string? Monitor, DateTimeOffset? To, Guid? Scan)
{
    /// <summary>W3C trace context, or null.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>A scan on demand as it is kept.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Monitors">What is scanned.</param>
/// <param name="From">Windows that end after.</param>
/// <param name="To">Windows that end at or before.</param>
/// <param name="Windows">How many there are, over all monitors.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="RequestedBy">By whom.</param>
internal sealed record ScanRecord(Guid Id, IReadOnlyList<string> Monitors, DateTimeOffset From, DateTimeOffset To, int Windows, DateTimeOffset Requested, string RequestedBy);

/// <summary>What <c>POST /models/{m}/scans</c> takes.</summary>
/// <param name="Monitor">The monitor; without, all of them but the objectives'.</param>
/// <param name="From">From when on; without, only the newest window that has ended.</param>
/// <param name="To">Until when; now without.</param>
internal sealed record ScanOrder(string? Monitor = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>What callers see of a scan on demand.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status"><c>running</c> or <c>done</c>.</param>
/// <param name="Monitors">What is scanned.</param>
/// <param name="From">Windows that end after.</param>
/// <param name="To">Windows that end at or before.</param>
/// <param name="Windows">How many there are.</param>
/// <param name="Done">How many are done.</param>
/// <param name="Verdicts">Of those done.</param>
/// <param name="Requested">When it was asked for.</param>
/// <param name="RequestedBy">By whom.</param>
internal sealed record ScanAnswer(
    Guid Id, string Status, IReadOnlyList<string> Monitors, DateTimeOffset From, DateTimeOffset To, int Windows, int Done, IReadOnlyDictionary<string, int> Verdicts, DateTimeOffset Requested, string RequestedBy);

/// <summary>Scans' messages and answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ScanRequest))]
[JsonSerializable(typeof(ScanRecord))]
[JsonSerializable(typeof(ScanOrder))]
[JsonSerializable(typeof(ScanAnswer))]
internal sealed partial class ScanJson : JsonSerializerContext;
