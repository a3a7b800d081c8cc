using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>One outcome of one side's rows.</summary>
internal readonly record struct OutcomeTally(long Ones, long Noughts, Moments Values)
{
    /// <summary>Whether every value was 0 or 1.</summary>
    public bool IsRate => Ones + Noughts == Values.Count;

    /// <summary>For an experiment: other values than 0 and 1 count for neither.</summary>
    public ArmCounts Arm => new(Ones, Noughts);

    public OutcomeTally Add(double value) => new(Ones + (value == 1 ? 1 : 0), Noughts + (value == 0 ? 1 : 0), Values.Merge(new(1, value, 0, 0, 0)));

    public OutcomeTally Merge(OutcomeTally other) => new(Ones + other.Ones, Noughts + other.Noughts, Values.Merge(other.Values));
}
