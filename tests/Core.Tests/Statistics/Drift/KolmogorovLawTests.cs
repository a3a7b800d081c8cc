using System.Text.Json;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Drift;

public sealed class KolmogorovLawTests
{
    // Through equal samples of 2n values each, whose effective size is n. 1e-6: the reference's own log-gamma loses digits as n grows.
    [Fact]
    public void FiniteLaw_OverItsWholeDomain_AgreesWithSciPy()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "data", "golden", "kolmogorov_law.json");
        foreach (var row in JsonSerializer.Deserialize<double[][]>(File.ReadAllBytes(path))!)
            Reference.Close(row[2], KolmogorovSmirnov.AsymptoticPValue(row[1], 2 * (int)row[0], 2 * (int)row[0]), 1e-6, $"n = {row[0]}, D = {row[1]}");
    }
}
