using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>One row where it stands in a batch.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Batch">The batch, which other rows of the page may share.</param>
/// <param name="Row">The row's number there.</param>
public readonly record struct PredictionRow(PredictionId Id, RecordBatch Batch, int Row);

/// <summary>Some predictions in the order of their ids.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Next">The id to go on after; null when the window has no more.</param>
public sealed record PredictionPage(IReadOnlyList<PredictionRow> Rows, PredictionId? Next);
