using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Scans on demand: the newest window, or all of a range in the past, with progress.</summary>
public sealed class ScanDemand(ModelSnapshots models, FindingsTable table, QueueServiceClient queues, TimeProvider clock)
{
    /// <summary>The most windows of one scan.</summary>
    public const int MostWindows = 10_000;

    private readonly WorkQueue queue = new(queues, StorageNames.ScanQueue);

    /// <summary>Answers <c>POST /models/{m}/scans</c> with 202 and where its progress is.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>; <see cref="ProblemKind.InvalidRequest"/>: no such monitor, a range that holds no window or too many.</exception>
    public async Task<IResult> RequestAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        var order = await request.ReadOptionalAsync(ScanJson.Default.ScanOrder, cancel) ?? new();
        var policy = (await models.GetAsync(name, cancel) ?? throw ModelStore.NotFound(name)).Policy.Monitoring;
        var record = Record(order, policy, request.Caller().Actor);
        await table.PutScanAsync(name, record.Id, JsonSerializer.Serialize(record, ScanJson.Default.ScanRecord), cancel);
        await queue.SendAsync(JsonSerializer.Serialize(new(name.Value, null, null, record.Id) { TraceParent = Activity.Current?.Id }, ScanJson.Default.ScanRequest), TimeSpan.Zero, cancel);
        request.HttpContext.Response.Headers.Location = $"/models/{Uri.EscapeDataString(model)}/scans/{record.Id}";
        return TypedResults.Json(Answer(record, new Dictionary<string, int>()), ScanJson.Default.ScanAnswer, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Answers <c>GET /models/{m}/scans/{id}</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(string model, string id, CancellationToken cancel) =>
        Guid.TryParse(id, out var scan) && await table.ScanAsync(ModelName.Parse(model), scan, cancel) is { } found
            ? TypedResults.Json(Answer(JsonSerializer.Deserialize(found.Json, ScanJson.Default.ScanRecord)!, found.Done), ScanJson.Default.ScanAnswer)
            : throw new ProblemException(ProblemKind.NotFound, $"{model} has no scan {id}.") { Where = "id" };

    /// <summary>Asks for every window of a scan; again after a crash, which changes nothing for those that are done.</summary>
    internal async Task ExpandAsync(ScanRequest request, CancellationToken cancel)
    {
        var model = ModelName.Parse(request.Model);
        if (request.Scan is not { } id || await table.ScanAsync(model, id, cancel) is not { } found || await models.GetAsync(model, cancel) is not { } snapshot) return;
        var record = JsonSerializer.Deserialize(found.Json, ScanJson.Default.ScanRecord)!;
        foreach (var (name, window) in Windows(record.Monitors, snapshot.Policy.Monitoring, record.From, record.To))
            await queue.SendAsync(JsonSerializer.Serialize(new(model.Value, name, window.To, id) { TraceParent = Activity.Current?.Id }, ScanJson.Default.ScanRequest), TimeSpan.Zero, cancel);
    }

    private ScanRecord Record(ScanOrder order, MonitoringPolicy policy, string actor)
    {
        var now = clock.GetUtcNow();
        // All of them are all that read the log: objectives, looked at every minute, would crowd them out.
        string[] monitors = order.Monitor is null ? [.. policy.InForce.Where(monitor => monitor.Value.Slo is null).Select(monitor => monitor.Key).Order()] : policy.InForce.ContainsKey(order.Monitor) ? [order.Monitor]
            : throw new ProblemException(ProblemKind.InvalidRequest, $"There is no monitor {order.Monitor} in force.") { Where = "monitor", Expected = [.. policy.InForce.Keys.Order()] };
        var to = order.To ?? now;
        // Without a start the newest window of each: one stride back holds exactly one end.
        var from = order.From ?? to - monitors.Max(monitor => policy.InForce[monitor].Stride);
        if (from >= to) throw new ProblemException(ProblemKind.InvalidRequest, "from must be before to.") { Where = "from" };
        if (to > now) throw new ProblemException(ProblemKind.InvalidRequest, "to lies in the future.") { Where = "to" };
        var windows = Windows(monitors, policy, from, to).Take(MostWindows + 1).Count();
        if (windows is 0 or > MostWindows)
            throw new ProblemException(ProblemKind.InvalidRequest, windows == 0 ? "No window ends in this range." : $"More than {MostWindows} windows end in this range.") { Where = "from" };
        return new(Guid.CreateVersion7(now), monitors, from, to, windows, now, actor);
    }

    private static IEnumerable<(string Monitor, TimeWindow Window)> Windows(IReadOnlyList<string> monitors, MonitoringPolicy policy, DateTimeOffset from, DateTimeOffset to) =>
        monitors.Where(policy.InForce.ContainsKey).SelectMany(name => WindowPlan.Over(policy.InForce[name], from, to), (name, window) => (name, window));

    private static ScanAnswer Answer(ScanRecord record, IReadOnlyDictionary<string, int> done)
    {
        var count = done.Values.Sum();
        return new(record.Id, count >= record.Windows ? "done" : "running", record.Monitors, record.From, record.To, record.Windows, count,
            done.ToDictionary(verdict => char.ToLowerInvariant(verdict.Key[0]) + verdict.Key[1..], verdict => verdict.Value), record.Requested, record.RequestedBy);
    }
}
