using System.Buffers;
using System.Text;
using Serverless.Services.Telemetry;
using Serverless.Testing;

namespace Serverless.Services.Tests.Telemetry;

/// <summary>What is written is what Prometheus reads; and what counts, counts right under many threads.</summary>
public sealed class ExpositionTests
{
    [Fact]
    public async Task Text_WithEveryCharacterAndFigure_IsReadByPrometheus()
    {
        var text = Write(
            new("mlops_counted_total", MetricKind.Counter, "Back\\slash, \"quotes\" and\nlines.", [new([new("model", "a\\b\"c\nd é")], 12345678901), new([new("model", "other")], 0)]),
            new("mlops_measured", MetricKind.Gauge, "Any number.", [new([], double.NaN), new([new("a", "1")], double.PositiveInfinity), new([new("a", "2")], double.NegativeInfinity), new([new("a", "3")], 1e-300)]),
            new("mlops_taken_seconds", MetricKind.Histogram, "Ranges.", [new([new("model", "a")], 1.5, new([0.1, 1], [2, 0, 1]))]));
        var (code, says) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.True(code == 0, says + text);
        Assert.Contains("mlops_counted_total{model=\"a\\\\b\\\"c\\nd é\"} 12345678901\n", text, StringComparison.Ordinal);
        Assert.EndsWith(
            "mlops_taken_seconds_bucket{model=\"a\",le=\"0.1\"} 2\nmlops_taken_seconds_bucket{model=\"a\",le=\"1\"} 2\nmlops_taken_seconds_bucket{model=\"a\",le=\"+Inf\"} 3\nmlops_taken_seconds_sum{model=\"a\"} 1.5\nmlops_taken_seconds_count{model=\"a\"} 3\n",
            text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlops.request.duration", "s", MetricKind.Histogram, "mlops_request_duration_seconds")]
    [InlineData("mlops.requests", "", MetricKind.Counter, "mlops_requests_total")]
    [InlineData("process.cpu", "s", MetricKind.Counter, "process_cpu_seconds_total")]
    [InlineData("mlops.log.pending", "By", MetricKind.Gauge, "mlops_log_pending_bytes")]
    [InlineData("mlops.rollout.traffic_share", "1", MetricKind.Gauge, "mlops_rollout_traffic_share_ratio")]
    [InlineData("dotnet.thread_pool.threads", "{thread}", MetricKind.Gauge, "dotnet_thread_pool_threads")]
    public void Names_AreThoseOfPrometheus(string name, string unit, MetricKind kind, string expected) => Assert.Equal(expected, PrometheusNames.Of(name, unit, kind));

    [Fact]
    public void Ranges_IncludeTheirUpperEnd()
    {
        for (var index = 0; index < LatencyBuckets.Seconds.Count; index++)
        {
            var bound = TimeSpan.FromTicks((long)Math.Round(LatencyBuckets.Seconds[index] * TimeSpan.TicksPerSecond));
            Assert.Equal((index, index + 1), (LatencyBuckets.Of(bound), LatencyBuckets.Of(bound + TimeSpan.FromTicks(1))));
        }
        Assert.Equal((0, LatencyBuckets.Count - 1), (LatencyBuckets.Of(TimeSpan.Zero), LatencyBuckets.Of(TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Counters_OfManyThreads_LoseNothing()
    {
        const int Threads = 16;
        const int Each = 50_000;
        var counts = new StripedCounts(LatencyBuckets.Count + 2);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var at = 0; at < Each; at++)
            {
                counts.Here.Increment(LatencyBuckets.Count + 1);
                counts.Here.Note(0, TimeSpan.FromTicks(at));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(Threads * Each, counts[LatencyBuckets.Count + 1]);
        Assert.Equal(Threads * Each, Enumerable.Range(0, LatencyBuckets.Count).Sum(cell => counts[cell]));
        Assert.Equal(Threads * (Each * (Each - 1L) / 2), counts[LatencyBuckets.Count]);
    }

    [Fact]
    public void BoundedNames_BeyondTheBound_AreOneAndStayTheSame()
    {
        var names = new BoundedNames(2);
        Assert.Equal(["a", "b", "(other)", "a"], new[] { "a", "b", "c", "a" }.Select(names.Of));
    }

    private static string Write(params MetricFamily[] families)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PrometheusText.Write(families, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
