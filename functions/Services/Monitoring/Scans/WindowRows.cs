using System.Globalization;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>What was read of a window.</summary>
/// <param name="Window">Its time.</param>
/// <param name="Version">The version whose rows these are; null when the log has none.</param>
/// <param name="Rows">Rows of that version in the log.</param>
internal sealed record WindowRows(TimeWindow Window, int? Version, long Rows) : IDisposable
{
    /// <summary>The most values of a segment key that are looked at, the commonest.</summary>
    public const int SegmentsAKey = 50;

    private const int MostOthers = 8;

    /// <summary>Its columns by plain name.</summary>
    public IReadOnlyDictionary<string, GatheredColumn> Columns { get; init; } = new Dictionary<string, GatheredColumn>();

    /// <summary>Every column of the signal that its rows have, read or not.</summary>
    public IReadOnlyCollection<string> Names { get; init; } = [];

    /// <summary>Its segment columns by key.</summary>
    public IReadOnlyDictionary<string, LabelColumn> Segments { get; init; } = new Dictionary<string, LabelColumn>();

    /// <summary>Every version in the window with its rows.</summary>
    public IReadOnlyDictionary<int, long> Versions { get; init; } = new Dictionary<int, long>();

    /// <summary>The other versions with enough rows for a verdict, the most rows first, a few at most: a canary must not hide behind the champion.</summary>
    public IEnumerable<int> Others(int least) => Versions.Where(version => version.Key != Version && version.Value >= least)
        .OrderByDescending(version => version.Value).ThenBy(version => version.Key).Take(MostOthers).Select(version => version.Key);

    /// <summary>What checks of a version's rows alone are called; a segment has an equals sign.</summary>
    public static string Part(int version) => string.Create(CultureInfo.InvariantCulture, $"version {version}");

    /// <summary>When the newest row was made; null without rows or where nobody asked.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>What could not be read: file and reason.</summary>
    public IReadOnlyList<string> Flaws { get; init; } = [];

    /// <summary>A column, or a segment of it; null when it is not there.</summary>
    public FeatureColumn? Values(string column, int[]? rows) => Columns.TryGetValue(column, out var gathered) && Rows > 0 ? gathered.Values(rows) : null;

    /// <summary>The segments with enough rows for a verdict, <c>country=DE</c>, with their rows.</summary>
    public IReadOnlyDictionary<string, int[]> SegmentRows(int least) => Segments
        .SelectMany(key => key.Value.Groups(least, SegmentsAKey).Select(group => (Name: $"{key.Key}={group.Label}", group.Rows)))
        .ToDictionary(group => group.Name, group => group.Rows, StringComparer.Ordinal);

    /// <summary>Gives the columns' memory back.</summary>
    public void Dispose()
    {
        foreach (var column in Columns.Values) column.Dispose();
        foreach (var column in Segments.Values) column.Dispose();
    }
}
