namespace Serverless.Core.Statistics;

/// <summary>How a p-value was found.</summary>
public enum TestMethod
{
    /// <summary>From the exact null distribution.</summary>
    Exact,
    /// <summary>From the null distribution's limit or a finite-n correction of it.</summary>
    Asymptotic,
    /// <summary>From seeded permutations of the pooled sample.</summary>
    Permutation,
}
