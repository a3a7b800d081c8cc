using Serverless.Core.Statistics;
using Serverless.Core.Tests.Statistics.Metrics;

namespace Serverless.Core.Tests.Statistics.Drift;

public sealed class KolmogorovLawTests
{
    // Through equal samples of 2n values each, whose effective size is n. 1e-6: the reference's own log-gamma loses digits as n grows.
    [Fact]
    public void FiniteLaw_OverItsWholeDomain_AgreesWithSciPy()
    {
        foreach (var row in Golden.File("kolmogorov_law").EnumerateArray().Select(GoldenFile.Numbers))
            Reference.Close(row[2], KolmogorovSmirnov.AsymptoticPValue(row[1], 2 * (int)row[0], 2 * (int)row[0]), 1e-6, $"n = {row[0]}, D = {row[1]}");
    }
}
