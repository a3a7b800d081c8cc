using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Requests by how they went. Of more answers than <see cref="WindowReader.Limit"/> every second is forgotten as often as needed, so latencies stay a uniform sample.</summary>
internal sealed class OperationsCount
{
    private readonly List<double> latencies = [];
    private long requests, failed, refused, answered, stride = 1;

    public void Add(int status, int? microseconds)
    {
        requests++;
        failed += status >= 500 ? 1 : 0;
        refused += status is >= 400 and < 500 ? 1 : 0;
        if (status == 200 && microseconds is { } total && answered++ % stride == 0) Keep(total);
    }

    public OperationsFigures Figures() => new(requests, failed, refused, FeatureColumn.OfNumbers([.. latencies]));

    private void Keep(double microseconds)
    {
        latencies.Add(microseconds);
        if (latencies.Count < WindowReader.Limit) return;
        var at = 0;
        latencies.RemoveAll(_ => at++ % 2 == 1);
        stride *= 2;
    }
}
