using System.Globalization;
using Apache.Arrow;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>Which answered rows a shadow should have followed, by what the log keeps of their keys.</summary>
/// <param name="Split">The split in force that has the shadow; null where none has it.</param>
/// <param name="Shadow">The shadow in it.</param>
/// <param name="Share">The share of requests.</param>
internal sealed record ShadowDue(TrafficSplit? Split, TrafficShadow? Shadow, double Share)
{
    private const int TraceParentLength = 55;
    private static readonly Range TraceId = 3..35;
    private static readonly string NoTrace = new('0', 32);

    public static ShadowDue Of(TrafficSplit? split, int version, double share) =>
        split?.Shadows.FirstOrDefault(shadow => shadow.Version == version) is { } shadow ? new(split, shadow, shadow.Share) : new(null, null, share);

    /// <summary>Whether each row tells by itself; else only their number does.</summary>
    public bool IsKnown => Share >= 1 || Split is not null;

    /// <summary>Equal where rows are judged alike.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{Split?.Salt} {Split?.Key} {Share:R}");

    /// <summary>Whether a column decides.</summary>
    public bool Wants(string column) => Share < 1 && Split is not null && column is LogColumns.RoutingKey or LogColumns.TraceParent;

    /// <summary>Whether a row of a batch should have been followed.</summary>
    public bool Is(RecordBatch batch, int row, PredictionId id) => Share >= 1 || (Split is not null && Split.Follows(Shadow!, Key(batch, row, id)));

    // As requests are sent: TrafficPlan.KeyOf.
    private string Key(RecordBatch batch, int row, PredictionId id)
    {
        if (Split!.Key == TrafficKey.Caller && Text(batch, LogColumns.RoutingKey, row) is { } own) return own;
        if (Split.Key != TrafficKey.Request && Text(batch, LogColumns.TraceParent, row) is { Length: TraceParentLength } parent && parent[TraceId] is var trace && trace != NoTrace) return trace;
        return id.Request.ToString();
    }

    private static string? Text(RecordBatch batch, string column, int row) => AnswerReader.Column(batch, column) is StringArray texts ? texts.GetString(row) : null;
}
