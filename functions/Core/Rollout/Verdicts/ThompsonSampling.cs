using Serverless.Core.Statistics;

namespace Serverless.Core.Rollout;

/// <summary>A bandit's split: the candidate gets callers as often as it is probably the better one.</summary>
/// <remarks>
/// Thompson, Biometrika 25 (1933): with Beta(1 + successes, 1 + failures) for each side, the share is P(candidate's draw is larger), by seeded draws, and at least the floor for each side.
/// Beta as Γ/(Γ + Γ); Γ by Marsaglia and Tsang, ACM TOMS 26 (2000).
/// </remarks>
public static class ThompsonSampling
{
    private const int Draws = 4_096;

    /// <summary>The candidate's share for the next while. The same counts and seed give the same share.</summary>
    public static double Share(ArmCounts champion, ArmCounts candidate, TrialPolicy policy, ulong seed)
    {
        var (random, wins) = (RandomStream.Of(seed, candidate.Rows + champion.Rows), 0);
        for (var draw = 0; draw < Draws; draw++)
            wins += Beta(ref random, candidate) > Beta(ref random, champion) ? 1 : 0;
        return Math.Clamp((double)wins / Draws, policy.Floor, 1 - policy.Floor);
    }

    private static double Beta(ref RandomStream random, ArmCounts arm)
    {
        var x = Gamma(ref random, arm.Successes + 1);
        return x / (x + Gamma(ref random, arm.Failures + 1));
    }

    private static double Gamma(ref RandomStream random, double shape)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(ref random);
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - random.Unit()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    // Box and Muller 1958.
    private static double Normal(ref RandomStream random) => Math.Sqrt(-2 * Math.Log(1 - random.Unit())) * Math.Cos(2 * Math.PI * random.Unit());
}
