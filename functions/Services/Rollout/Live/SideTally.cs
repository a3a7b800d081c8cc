using System.Runtime.InteropServices;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>How one version did with its callers. Tallies of hours merge; one that is kept is only read.</summary>
internal sealed class SideTally
{
    // Values of a segment that a caller makes up must not fill memory: those that come later are left out.
    private const int GroupsASegment = 256;

    public long Requests { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Rows that were answered.</summary>
    public long Rows { get; set; }

    /// <summary>Of answered requests, from their arrival to their answer.</summary>
    public LatencyCounts Latency { get; } = new();

    public PredictionTally Predictions { get; } = new();

    public ClassTally Classes { get; } = new();

    /// <summary>Of rows with a number as label.</summary>
    public Moments Losses { get; set; }

    public Dictionary<string, OutcomeTally> Outcomes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Dictionary<string, GroupTally>> Segments { get; } = new(StringComparer.Ordinal);

    public static SideTally Of(IEnumerable<SideTally> hours)
    {
        var sum = new SideTally();
        foreach (var hour in hours) sum.Merge(hour);
        return sum;
    }

    /// <summary>A request: answered, refused through its caller's fault, or failed through ours.</summary>
    public void Request(int status, int? microseconds)
    {
        Requests++;
        if (status >= 500 || status == 429) Failed++;
        if (status == 200 && microseconds is { } total) Latency.Add(total);
    }

    public void Outcome(string name, double value) => Outcomes[name] = Outcomes.GetValueOrDefault(name).Add(value);

    public void Group(string segment, string value, bool selected, bool? label) => Group(segment, value, tally => tally.Add(selected, label));

    private void Merge(SideTally hour)
    {
        (Requests, Failed, Rows, Losses) = (Requests + hour.Requests, Failed + hour.Failed, Rows + hour.Rows, Losses.Merge(hour.Losses));
        Latency.Merge(hour.Latency);
        Predictions.Merge(hour.Predictions);
        Classes.Merge(hour.Classes);
        foreach (var (name, outcome) in hour.Outcomes) Outcomes[name] = Outcomes.GetValueOrDefault(name).Merge(outcome);
        foreach (var (segment, groups) in hour.Segments)
            foreach (var (value, group) in groups) Group(segment, value, tally => tally.Merge(group));
    }

    private void Group(string segment, string value, Func<GroupTally, GroupTally> change)
    {
        var groups = CollectionsMarshal.GetValueRefOrAddDefault(Segments, segment, out _) ??= new(StringComparer.Ordinal);
        if (groups.Count < GroupsASegment || groups.ContainsKey(value)) groups[value] = change(groups.GetValueOrDefault(value));
    }
}
