using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>
/// Predictions with what is said of them beside: hour by hour, so that memory holds a few hours' truth and a few batches, however long the window.
/// </summary>
public sealed class PredictionJoin(PredictionReader predictions, TruthReader truth)
{
    /// <summary>
    /// The batches of <see cref="PredictionReader.ReadAsync"/> with columns appended: <c>label</c> (text), <c>label_number</c> and <c>label_time</c>,
    /// and for each outcome asked for <c>outcome_N</c>, <c>outcome_N_number</c> and <c>outcome_N_time</c>; null where nothing is known. Dispose each batch when done with it.
    /// </summary>
    public async IAsyncEnumerable<RecordBatch> ReadAsync(PredictionQuery query, JoinedTruth joined, ReadReport report, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Truth is found by id.
        var wanted = query with { Choosing = column => column == LogColumns.Id || query.Wants(column) };
        await using var sides = new JoinSides(truth, query, joined, report, cancel);
        await foreach (var batch in predictions.ReadAsync(wanted, report, cancel)) yield return await sides.WidenAsync(batch, query.Wants);
    }
}

/// <summary>What is put beside the predictions.</summary>
/// <param name="Labels">Whether their labels are.</param>
/// <param name="Outcomes">The outcomes that are, by name.</param>
public sealed record JoinedTruth(bool Labels, IReadOnlyList<string> Outcomes);
