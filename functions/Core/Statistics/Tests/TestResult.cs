namespace Serverless.Core.Statistics;

/// <summary>What a two-sample test found. No member is ever NaN.</summary>
/// <param name="Statistic">The test's statistic.</param>
/// <param name="PValue">The probability of so large a statistic without drift; two-sided.</param>
/// <param name="ReferenceSize">Values in the reference.</param>
/// <param name="CurrentSize">Values in the current window.</param>
/// <param name="Method">How the p-value was found.</param>
/// <param name="Effect">The size of the effect, free of the sample sizes; each test says which.</param>
public readonly record struct TestResult(
    double Statistic, double PValue, long ReferenceSize, long CurrentSize, TestMethod Method, double Effect);
