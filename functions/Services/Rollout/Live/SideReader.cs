using Apache.Arrow;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>
/// Counts how a version did with the callers that were sent to it, hour by hour: not with those that named it, who chose, and not in the shadow, where nobody heard it.
/// </summary>
internal sealed class SideReader(PredictionReader predictions, TruthReader truth, ModelName model, int version, AnswerColumns? columns)
{
    private const int Answered = 200;
    private static readonly HashSet<string> Fixed = [LogColumns.Id, LogColumns.Version, LogColumns.Status, LogColumns.Variant, LogColumns.Total];

    /// <summary>Equal where the same rows are counted in the same way.</summary>
    public string What => $"side {version}\n{columns?.Identity}";

    public async Task<SideTally> ReadAsync(LiveHour hour, CancellationToken cancel)
    {
        var (tally, reader) = (new SideTally(), columns is null ? null : new AnswerReader(columns));
        var said = await HourTruth.ReadAsync(truth, model, hour, cancel);
        var query = new PredictionQuery(model, hour.From, hour.To) { Version = version, Choosing = Wants };
        await foreach (var batch in predictions.HourAsync(query, hour.Log, cancel))
            using (batch) Add(tally, batch, reader, said);
        tally.Predictions.Flush();
        return tally;
    }

    private bool Wants(string column) => Fixed.Contains(column) || columns?.Wants(column) == true || IsSegment(column);

    // Fairness is a question of two classes.
    private bool IsSegment(string column) => columns?.Positive is not null && column.StartsWith(LogColumns.Segment, StringComparison.Ordinal);

    private void Add(SideTally tally, RecordBatch batch, AnswerReader? reader, HourTruth said)
    {
        var (ids, variants) = ((StringArray)batch.Column(LogColumns.Id), AnswerReader.Column(batch, LogColumns.Variant) as StringArray);
        var (statuses, totals) = (AnswerReader.Column(batch, LogColumns.Status) as Int32Array, AnswerReader.Column(batch, LogColumns.Total) as Int32Array);
        var segments = batch.Schema.FieldsList.Where(field => IsSegment(field.Name)).Select(field => (field.Name[LogColumns.Segment.Length..], (StringArray)batch.Column(field.Name))).ToArray();
        reader?.Open(batch);
        for (var row = 0; row < batch.Length; row++)
        {
            if (variants?.IsValid(row) == true && variants.GetBytes(row).SequenceEqual("named"u8)) continue;
            var (id, status) = (BatchFilter.IdAt(ids, row), statuses?.GetValue(row) ?? 0);
            if (id.Row == 0) tally.Request(status, totals?.GetValue(row));
            foreach (var (name, values) in said.Outcomes)
                if (values.TryGetValue(id, out var value)) tally.Outcome(name, value);
            if (status != Answered) continue;
            tally.Rows++;
            if (reader is not null) Add(tally, reader, row, said.Labels.TryGetValue(id, out var label) ? label : null, segments);
        }
    }

    private void Add(SideTally tally, AnswerReader reader, int row, TruthValue? label, (string Key, StringArray Values)[] segments)
    {
        var (predicted, value) = (columns!.IsNumber ? null : reader.Class(row), reader.Value(row));
        tally.Predictions.Add(predicted, value);
        if (columns.IsNumber)
        {
            if (label?.Number is { } number && value is { } told && double.IsFinite(told)) tally.Losses = tally.Losses.Merge(new(1, Math.Abs(told - number), 0, 0, 0));
            return;
        }
        if (predicted is null) return;
        var actual = label is { } stated ? columns.Class(stated) : null;
        if (actual is not null) tally.Classes.Add(actual, predicted);
        foreach (var (key, values) in segments)
            if (values.IsValid(row)) tally.Group(key, values.GetString(row), predicted == columns.Positive, actual is null ? null : actual == columns.Positive);
    }
}
