namespace Serverless.Services.Telemetry;

/// <summary>
/// The same figures under the names of Triton, KServe and Seldon. Theirs are kept as they are, against Prometheus' rules too: dashboards ask by them.
/// They know no variants: a version's variants are one series, and what shadows say is left out, for no caller was answered by it.
/// </summary>
public static class CompatibleNames
{
    private const string Requests = "mlops_requests_total";
    private const string Microseconds = "Cumulative, in microseconds.";

    // What OpenTelemetry's outcome is among Triton's reasons and Seldon's status codes.
    private static readonly (string Outcome, string? Reason, string Code)[] Outcomes =
        [("ok", null, "200"), ("refused", "REJECTED", "400"), ("abandoned", "CANCELED", "499"), ("failed", "BACKEND", "500")];

    /// <summary>The metrics that those dashboards ask for.</summary>
    /// <param name="native">The suite's own.</param>
    public static IReadOnlyList<MetricFamily> Of(IReadOnlyList<MetricFamily> native)
    {
        var source = native.ToDictionary(family => family.Name);
        IReadOnlyList<MetricSeries> Read(string name) => source.TryGetValue(name, out var family) ? family.Series : [];
        return [.. Triton(Read), .. KServe(Read), .. Seldon(Read)];
    }

    private static IEnumerable<MetricFamily> Triton(Func<string, IReadOnlyList<MetricSeries>> read)
    {
        yield return Counter("nv_inference_request_success", "Requests that were answered.", Sum(read(Requests).Where(Answered), Version));
        yield return Counter("nv_inference_request_failure", "Requests that were not answered, by reason.",
            Sum(read(Requests).Where(series => ReasonOf(series) is not null), series => [.. Version(series), new("reason", ReasonOf(series)!)]));
        yield return Counter("nv_inference_count", "Rows that were answered.", Sum(read("mlops_rows_total"), Version));
        yield return Counter("nv_inference_exec_count", "How often models were run; a batch is one run.", Sum(read("mlops_runs_total"), Version));
        yield return new("nv_inference_pending_request_count", MetricKind.Gauge, "Requests that wait for a turn of their model.",
            [.. read("mlops_queue_depth").Select(series => new MetricSeries([new("model", series["model"]), new("version", "")], series.Value))]);
        yield return Counter("nv_inference_request_duration_us", Microseconds, Durations(read("mlops_request_duration_seconds")));
        yield return Counter("nv_inference_queue_duration_us", Microseconds, Durations(read("mlops_queue_duration_seconds")));
        yield return Counter("nv_inference_compute_infer_duration_us", Microseconds, Durations(read("mlops_compute_duration_seconds")));
    }

    private static IEnumerable<MetricFamily> KServe(Func<string, IReadOnlyList<MetricSeries>> read)
    {
        yield return new("request_predict_seconds", MetricKind.Histogram, "Computing, for requests that computed.",
            Join(read("mlops_compute_duration_seconds"), series => [new("model_name", series["model"])]));
    }

    private static IEnumerable<MetricFamily> Seldon(Func<string, IReadOnlyList<MetricSeries>> read)
    {
        yield return Counter("seldon_model_infer_total", "Requests.", Sum(read(Requests), series => [.. Seldon(series), new("code", CodeOf(series))]));
        yield return Counter("seldon_model_infer_seconds_total", "Cumulative time of requests, in seconds.",
            [.. Join(read("mlops_request_duration_seconds"), series => [.. Seldon(series), new("code", "200")]).Select(series => new MetricSeries(series.Labels, series.Value))]);
        yield return new("seldon_model_infer_api_seconds", MetricKind.Histogram, "Requests, from arrival to answer.",
            Join(read("mlops_request_duration_seconds"), _ => [.. Server, new("method", "rest"), new("code", "200")]));
        yield return new("seldon_loaded_model_gauge", MetricKind.Gauge, "Sessions that are loaded.", Sum(read("mlops_sessions"), _ => Server));
        yield return Counter("seldon_cache_evict_count", "Sessions that gave way to others.", Sum(read("mlops_session_evictions_total"), _ => Server));
        yield return Counter("seldon_cache_miss_count", "Sessions that were loaded because a request asked.", Sum(read("mlops_session_loads_total"), _ => Server));
    }

    private static readonly KeyValuePair<string, string>[] Server = [new("server", "serverless-mlops"), new("server_replica", "0")];

    private static KeyValuePair<string, string>[] Version(MetricSeries series) => [new("model", series["model"]), new("version", series["version"])];

    private static KeyValuePair<string, string>[] Seldon(MetricSeries series) =>
        [.. Server, new("model", series["model"]), new("model_internal", series["model"] + "_" + series["version"]), new("method_type", "rest")];

    private static bool Answered(MetricSeries series) => series["outcome"] == "ok";

    private static string? ReasonOf(MetricSeries series) => Outcomes.First(one => one.Outcome == series["outcome"]).Reason;

    private static string CodeOf(MetricSeries series) => Outcomes.First(one => one.Outcome == series["outcome"]).Code;

    private static MetricFamily Counter(string name, string help, IReadOnlyList<MetricSeries> series) => new(name, MetricKind.Counter, help, series);

    private static IReadOnlyList<MetricSeries> Durations(IEnumerable<MetricSeries> series) =>
        [.. Join(series, Version).Select(one => new MetricSeries(one.Labels, Math.Round(one.Value * 1e6)))];

    private static IReadOnlyList<MetricSeries> Sum(IEnumerable<MetricSeries> series, Func<MetricSeries, KeyValuePair<string, string>[]> labels) =>
        [.. Groups(series, labels).Select(group => new MetricSeries(group.Key.Labels, group.Sum(one => one.Value)))];

    private static IReadOnlyList<MetricSeries> Join(IEnumerable<MetricSeries> series, Func<MetricSeries, KeyValuePair<string, string>[]> labels) =>
        [.. Groups(series, labels).Select(group => new MetricSeries(group.Key.Labels, group.Sum(one => one.Value),
            new(group.First().Buckets!.Bounds, [.. group.Select(one => one.Buckets!.Counts).Aggregate((one, other) => [.. one.Zip(other, (x, y) => x + y)])])))];

    private static IEnumerable<IGrouping<LabelSet, MetricSeries>> Groups(IEnumerable<MetricSeries> series, Func<MetricSeries, KeyValuePair<string, string>[]> labels) =>
        series.Where(one => one["variant"] != "shadow").GroupBy(one => new LabelSet(labels(one)));

    // Two sets of labels are one series when all values are the same.
    private sealed class LabelSet(KeyValuePair<string, string>[] labels) : IEquatable<LabelSet>
    {
        private readonly string key = string.Join('\n', labels.Select(label => label.Value));

        public KeyValuePair<string, string>[] Labels { get; } = labels;

        public bool Equals(LabelSet? other) => key == other?.key;

        public override bool Equals(object? obj) => Equals(obj as LabelSet);

        public override int GetHashCode() => string.GetHashCode(key, StringComparison.Ordinal);
    }
}
