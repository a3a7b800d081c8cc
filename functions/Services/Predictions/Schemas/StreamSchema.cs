using System.Collections.Immutable;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>The columns of one blob: a version's, and the keys that callers have sent so far.</summary>
internal sealed class StreamSchema
{
    public const int MaximumSegments = 32;
    public const int MaximumEntities = 16;

    private StreamSchema(PredictionSchema schema, ImmutableArray<string> segments, ImmutableArray<string> entities)
    {
        (Schema, Segments, Entities) = (schema, segments, entities);
        Columns =
        [
            .. LogColumns.Fixed,
            .. segments.Select(key => new LogColumn(LogColumns.Segment + key, LogType.Text)),
            .. entities.Select(key => new LogColumn(LogColumns.Entity + key, LogType.Text)),
            .. schema.Columns,
        ];
    }

    public PredictionSchema Schema { get; }

    public ImmutableArray<string> Segments { get; }

    public ImmutableArray<string> Entities { get; }

    public IReadOnlyList<LogColumn> Columns { get; }

    public static StreamSchema Of(PredictionSchema schema) => new(schema, [], []);

    /// <summary>This schema, or a wider one when the request brings keys that are new.</summary>
    public StreamSchema Widen(in PredictionHeader header)
    {
        var segments = Widen(Segments, header.Segments, MaximumSegments, LogColumns.Segment);
        var entities = Widen(Entities, header.Entities, MaximumEntities, LogColumns.Entity);
        foreach (var row in header.RowSegments ?? []) segments = Widen(segments, row, MaximumSegments, LogColumns.Segment);
        foreach (var row in header.RowEntities ?? []) entities = Widen(entities, row, MaximumEntities, LogColumns.Entity);
        return segments == Segments && entities == Entities ? this : new(Schema, segments, entities);
    }

    private ImmutableArray<string> Widen(
        ImmutableArray<string> known, IReadOnlyList<KeyValuePair<string, string>>? brought, int most, string prefix)
    {
        for (var at = 0; at < (brought?.Count ?? 0) && known.Length < most; at++)
        {
            var key = brought![at].Key;
            if (!known.Contains(key) && Rule(prefix + key)?.Kind is not FeatureRuleKind.Drop) known = known.Add(key);
        }
        return known;
    }

    /// <summary>The rule of a segment or entity.</summary>
    public FeatureRule? Rule(string column) => Schema.Policy.Features.GetValueOrDefault(column);
}
