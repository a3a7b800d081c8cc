using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Counts how requests went. Of more answers than <see cref="WindowReader.Limit"/> every second is forgotten as often as needed, so latencies stay a uniform sample.</summary>
internal sealed class OperationsReader
{
    private readonly List<double> latencies = [];
    private long requests, failed, refused, answered, stride = 1;

    public void Add(RecordBatch batch)
    {
        var statuses = (Int32Array)batch.Column(LogColumns.Status);
        var totals = batch.Column(LogColumns.Total) as Int32Array;
        for (var row = 0; row < batch.Length; row++)
        {
            requests++;
            var status = statuses.GetValue(row) ?? 0;
            failed += status >= 500 ? 1 : 0;
            refused += status is >= 400 and < 500 ? 1 : 0;
            if (status == 200 && totals?.GetValue(row) is { } microseconds && answered++ % stride == 0)
                Keep(microseconds);
        }
    }

    public OperationsFigures Figures() => new(requests, failed, refused, FeatureColumn.OfNumbers([.. latencies]));

    private void Keep(double microseconds)
    {
        latencies.Add(microseconds);
        if (latencies.Count < WindowReader.Limit)
            return;
        var at = 0;
        latencies.RemoveAll(_ => at++ % 2 == 1);
        stride *= 2;
    }
}
