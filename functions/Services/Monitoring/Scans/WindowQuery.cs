using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>What is to be read of a window.</summary>
/// <param name="Model">The model.</param>
/// <param name="Window">Its time.</param>
/// <param name="Signal">What is watched: decides the columns.</param>
internal sealed record WindowQuery(ModelName Model, TimeWindow Window, Signal Signal)
{
    /// <summary>Only the newest so many rows.</summary>
    public int? Rows { get; init; }

    /// <summary>Only this version's rows; null: those of the version that has most.</summary>
    public int? Version { get; init; }

    /// <summary>The columns, by plain name; empty for all that the signal has.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Columns that are known already and not read again.</summary>
    public IReadOnlySet<string> Known { get; init; } = new HashSet<string>();

    /// <summary>Segment keys.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Types that are stated, by plain name.</summary>
    public IReadOnlyDictionary<string, ColumnType> Types { get; init; } = new Dictionary<string, ColumnType>();

    /// <summary>Whether the newest row's time is wanted.</summary>
    public bool Newest => Signal == Signal.DataQuality;
}
