using Apache.Arrow;
using Serverless.Core.Monitoring;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Counts how requests went, all of them and those of each version.</summary>
internal sealed class OperationsReader
{
    private readonly OperationsCount all = new();
    private readonly Dictionary<int, OperationsCount> versions = [];

    public void Add(RecordBatch batch)
    {
        var statuses = (Int32Array)batch.Column(LogColumns.Status);
        var numbers = (Int32Array)batch.Column(LogColumns.Version);
        var totals = batch.Column(LogColumns.Total) as Int32Array;
        for (var row = 0; row < batch.Length; row++)
        {
            var (status, total) = (statuses.GetValue(row) ?? 0, totals?.GetValue(row));
            all.Add(status, total);
            if (numbers.GetValue(row) is { } version) Of(version).Add(status, total);
        }
    }

    public (OperationsFigures All, IReadOnlyDictionary<int, OperationsFigures> Versions) Figures() =>
        (all.Figures(), versions.ToDictionary(version => version.Key, version => version.Value.Figures()));

    private OperationsCount Of(int version) => versions.TryGetValue(version, out var there) ? there : versions[version] = new();
}
