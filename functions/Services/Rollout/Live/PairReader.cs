using Apache.Arrow;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>
/// Compares what a shadow said with what the champion had answered, under the same ids. A row that the shadow failed, or for which it gave no finite number, is one
/// that differs, and where it is labelled one that the shadow got wrong: a candidate must not do well by failing.
/// </summary>
/// <param name="predictions">The log.</param>
/// <param name="truth">Labels.</param>
/// <param name="model">The model.</param>
/// <param name="champion">Who answered, and where its predictions stand.</param>
/// <param name="candidate">Who followed, likewise.</param>
/// <param name="due">Which rows it should have followed.</param>
/// <param name="tolerance">Numbers that are no further apart agree.</param>
/// <param name="settled">Rows that are younger may still be on their way to the shadow.</param>
/// <param name="atOnce">Rows whose shadow's side is held in memory; of an hour with more, one stretch after the other.</param>
internal sealed class PairReader(
    PredictionReader predictions, TruthReader truth, ModelName model, (int Version, AnswerColumns? Columns) champion, (int Version, AnswerColumns? Columns) candidate,
    ShadowDue due, double tolerance, DateTimeOffset settled, long atOnce)
{
    private const int Answered = 200;
    private static readonly HashSet<string> Fixed = [LogColumns.Id, LogColumns.Version, LogColumns.Status, LogColumns.Variant, LogColumns.Compute];

    /// <summary>Equal where the same rows are compared in the same way.</summary>
    public string What => FormattableString.Invariant($"pair {champion.Version} {candidate.Version} {tolerance:R} {due.Identity}\n{champion.Columns?.Identity}\n\n{candidate.Columns?.Identity}");

    public async Task<PairTally> ReadAsync(LiveHour hour, CancellationToken cancel)
    {
        var tally = new PairTally();
        foreach (var piece in hour.Pieces(atOnce)) await AddAsync(tally, piece, cancel);
        tally.ChampionSaid.Flush();
        tally.CandidateSaid.Flush();
        return tally;
    }

    private async Task AddAsync(PairTally tally, LiveHour hour, CancellationToken cancel)
    {
        var followed = await FollowedAsync(hour, cancel);
        var (labels, reader) = ((await HourTruth.ReadAsync(truth, model, hour with { Outcomes = null }, cancel)).Labels, Reader(champion.Columns));
        var query = new PredictionQuery(model, hour.From, hour.To) { Version = champion.Version, Status = Answered, Choosing = column => Wants(column, champion.Columns) || due.Wants(column) };
        await foreach (var batch in predictions.HourAsync(query, hour.Log, cancel))
            using (batch) Add(tally, batch, reader, followed, labels);
    }

    /// <summary>What the shadow said in an hour.</summary>
    private async Task<Dictionary<PredictionId, Said>> FollowedAsync(LiveHour hour, CancellationToken cancel)
    {
        var (said, reader) = (new Dictionary<PredictionId, Said>(), Reader(candidate.Columns));
        var query = new PredictionQuery(model, hour.From, hour.To) { Version = candidate.Version, Variant = TrafficShadow.Variant, Choosing = column => Wants(column, candidate.Columns) };
        await foreach (var batch in predictions.HourAsync(query, hour.Log, cancel))
            using (batch)
            {
                reader?.Open(batch);
                var (ids, statuses) = ((StringArray)batch.Column(LogColumns.Id), AnswerReader.Column(batch, LogColumns.Status) as Int32Array);
                var computed = AnswerReader.Column(batch, LogColumns.Compute) as Int32Array;
                for (var row = 0; row < batch.Length; row++) said[BatchFilter.IdAt(ids, row)] = Said.Of(candidate.Columns, reader, row, statuses?.GetValue(row), computed?.GetValue(row));
            }
        return said;
    }

    private void Add(PairTally tally, RecordBatch batch, AnswerReader? reader, Dictionary<PredictionId, Said> followed, Dictionary<PredictionId, TruthValue> labels)
    {
        reader?.Open(batch);
        var (ids, variants) = ((StringArray)batch.Column(LogColumns.Id), AnswerReader.Column(batch, LogColumns.Variant) as StringArray);
        var (statuses, computed) = (AnswerReader.Column(batch, LogColumns.Status) as Int32Array, AnswerReader.Column(batch, LogColumns.Compute) as Int32Array);
        for (var row = 0; row < batch.Length; row++)
        {
            var id = BatchFilter.IdAt(ids, row);
            var answered = Said.Of(champion.Columns, reader, row, statuses?.GetValue(row), computed?.GetValue(row));
            var told = followed.Remove(id, out var said);
            if (told) Add(tally, id, answered, said, labels.TryGetValue(id, out var label) ? label : null);
            if (id.Time < settled && !(variants?.IsValid(row) == true && variants.GetBytes(row).SequenceEqual("named"u8))) Expect(tally, told, !told && due.Is(batch, row, id));
        }
    }

    private void Expect(PairTally tally, bool told, bool missed)
    {
        if (!due.IsKnown) tally.Followed = (tally.Followed.Rows + 1, tally.Followed.Told + (told ? 1 : 0));
        else if (missed) tally.Add(new() { Dropped = 1 });
    }

    private void Add(PairTally tally, PredictionId id, in Said answered, in Said said, TruthValue? label)
    {
        if (id.Row == 0)
        {
            tally.Requests++;
            if (said.Failed) tally.Failed++;
            else Timed(tally, answered, said);
        }
        // What cannot be read of a side is not compared; what can be read and is not there was not said.
        if (champion.Columns is null || candidate.Columns is null || answered.Failed) return;
        tally.ChampionSaid.Add(answered.Class, answered.Value);
        if (!said.Failed) tally.CandidateSaid.Add(said.Class, said.Value);
        tally.Add(Compare(answered, said) with { Correct = Correct(answered, said, label), Losses = Loss(answered, said, label), Scores = Score(answered, said) });
    }

    private static void Timed(PairTally tally, in Said answered, in Said said)
    {
        if (answered.Microseconds is not { } usual || said.Microseconds is not { } now) return;
        tally.Champion.Add(usual);
        tally.Candidate.Add(now);
    }

    private ShadowTally Compare(in Said answered, in Said said)
    {
        var alike = !said.Failed && (champion.Columns!.IsNumber ? Math.Abs(answered.Value!.Value - said.Value!.Value) <= tolerance : answered.Class == said.Class);
        return new() { Agreed = alike ? 1 : 0, Differed = alike ? 0 : 1 };
    }

    private PairedCounts Correct(in Said answered, in Said said, TruthValue? label)
    {
        if (label is not { } stated || champion.Columns!.IsNumber) return default;
        var actual = champion.Columns.Class(stated);
        var (before, now) = (answered.Class == actual, !said.Failed && said.Class == actual);
        return new(now && !before ? 1 : 0, now == before ? 1 : 0, before && !now ? 1 : 0);
    }

    private Moments Loss(in Said answered, in Said said, TruthValue? label) =>
        champion.Columns!.IsNumber && label?.Number is { } actual && answered.Value is { } before && said is { Failed: false, Value: { } now }
            ? new(1, Math.Abs(before - actual) - Math.Abs(now - actual), 0, 0, 0) : default;

    private static Moments Score(in Said answered, in Said said) =>
        answered.Value is { } before && said is { Failed: false, Value: { } now } ? new(1, now - before, 0, 0, 0) : default;

    private static bool Wants(string column, AnswerColumns? columns) => Fixed.Contains(column) || columns?.Wants(column) == true;

    private static AnswerReader? Reader(AnswerColumns? columns) => columns is null ? null : new(columns);

    /// <summary>What one side said of a row. It failed where it gave no answer, or none that is a class or finite.</summary>
    private readonly record struct Said(string? Class, double? Value, bool Failed, int? Microseconds)
    {
        public static Said Of(AnswerColumns? columns, AnswerReader? reader, int row, int? status, int? microseconds)
        {
            if (status != Answered) return new(null, null, true, microseconds);
            if (columns is null || reader is null) return new(null, null, false, microseconds);
            var (name, value) = (columns.IsNumber ? null : reader.Class(row), reader.Value(row));
            return new(name, value, (columns.IsNumber ? value is null : name is null) || (value is { } number && !double.IsFinite(number)), microseconds);
        }
    }
}
