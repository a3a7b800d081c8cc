using Serverless.Services.Predictions;

namespace Serverless.Services.Tests.Rollout.Live;

/// <summary>Callers of two versions, some refused, some failed, with labels, corrections and outcomes.</summary>
internal sealed class ReleaseTraffic
{
    public ReleaseTraffic(Random random, int requests, double fromHour, double toHour)
    {
        for (var request = 0; request < requests; request++)
        {
            var (id, version) = (LiveRig.Id((fromHour + random.NextDouble() * (toHour - fromHour)) * 3_600_000 - (toHour == 0 ? 1 : 0)), random.Next(3) == 0 ? LiveRig.Candidate : LiveRig.Champion);
            var (status, total) = (random.Next(20) switch { 0 => 500, 1 => 429, 2 => 504, 3 => 400, 4 => 499, _ => 200 }, random.Next(80, version * 30_000));
            for (var row = random.Next(1, 4) - 1; row >= 0; row--) Add(random, id.ForRow(row), version, status, total);
        }
    }

    private ReleaseTraffic(ReleaseTraffic one, ReleaseTraffic other)
    {
        Rows.AddRange(one.Rows.Concat(other.Rows));
        Outcomes.AddRange(one.Outcomes.Concat(other.Outcomes));
        foreach (var (id, label) in one.Labels.Concat(other.Labels)) Labels[id] = label;
    }

    public List<LiveRow> Rows { get; } = [];

    public Dictionary<PredictionId, string> Labels { get; } = [];

    public List<(PredictionId Id, string Name, object Value)> Outcomes { get; } = [];

    public List<(PredictionId Id, object Label, DateTimeOffset Time)> Stated => [.. Labels.Select(label => (label.Key, (object)label.Value, LiveRig.Start.AddDays(1)))];

    /// <summary>Every fifth label was wrong.</summary>
    public List<(PredictionId Id, object Label, DateTimeOffset Time)> Correct()
    {
        var wrong = Labels.Keys.Where((_, at) => at % 5 == 0).ToList();
        foreach (var id in wrong) Labels[id] = Labels[id] == "yes" ? "no" : "yes";
        return [.. wrong.Select(id => (id, (object)Labels[id], LiveRig.Start.AddDays(2)))];
    }

    public ReleaseTraffic With(ReleaseTraffic other) => new(this, other);

    private void Add(Random random, PredictionId id, int version, int status, int total)
    {
        var yes = (double)(float)random.NextDouble();
        Rows.Add(new(id, version, version == LiveRig.Champion ? "champion" : "canary", status)
        {
            Class = yes > 0.5 ? "yes" : "no", Value = yes, Total = total, Segment = random.Next(3) == 0 ? "female" : "male",
        });
        if (random.Next(3) > 0) Labels[id] = random.NextDouble() < yes ? "yes" : "no";
        if (random.Next(2) == 0) Outcomes.Add((id, "click", (double)random.Next(2)));
        if (random.Next(4) == 0) Outcomes.Add((id, "sales", random.NextDouble() * 100));
    }
}
