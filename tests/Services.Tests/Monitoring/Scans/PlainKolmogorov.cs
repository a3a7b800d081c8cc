namespace Serverless.Services.Tests.Monitoring;

/// <summary>The Kolmogorov–Smirnov distance as a textbook has it: sort the pooled values, walk, take the largest gap. Shares no code with what it checks.</summary>
internal static class PlainKolmogorov
{
    public static double Distance(IReadOnlyList<float> one, IReadOnlyList<float> other)
    {
        var (gap, largest) = (0.0, 0.0);
        var steps = one.Select(value => (Value: value, Step: 1.0 / one.Count)).Concat(other.Select(value => (Value: value, Step: -1.0 / other.Count)));
        foreach (var ties in steps.GroupBy(step => step.Value).OrderBy(group => group.Key))
        {
            gap += ties.Sum(step => step.Step);
            largest = Math.Max(largest, Math.Abs(gap));
        }
        return largest;
    }
}
