using System.Text.Json;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>How a model's requests went, over all instances. The last minute may be missing: instances write once a minute.</summary>
/// <param name="table">The counts.</param>
public sealed class RequestHistory(RequestsTable table)
{
    // Longer than the longest objective with its longest rule.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(92);

    /// <summary>The minutes of a stretch of time.</summary>
    public async Task<RequestMinutes> ReadAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        var minutes = new List<RequestMinute>();
        await foreach (var (hour, json) in table.ListAsync(model, from, to, cancel))
            foreach (var row in JsonSerializer.Deserialize(json, TallyJson.Default.Int64ArrayArray)!)
                if (hour.AddMinutes(row[2]) is var time && time >= from && time < to) minutes.Add(new(time, row));
        return new(minutes);
    }

    /// <summary>Deletes what no objective looks at any more.</summary>
    public Task TrimAsync(ModelName model, DateTimeOffset now, CancellationToken cancel) => table.DeleteAsync(model, now - Kept, cancel);
}
