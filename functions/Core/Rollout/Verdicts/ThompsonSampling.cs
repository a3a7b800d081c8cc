using MathNet.Numerics.Distributions;

namespace Serverless.Core.Rollout;

/// <summary>A bandit's split: the candidate gets callers as often as it is probably the better one.</summary>
/// <remarks>
/// Thompson, Biometrika 25 (1933): with Beta(1 + successes, 1 + failures) for each side, the share is P(candidate's draw is larger), by seeded draws, and at least the floor for each side.
/// </remarks>
public static class ThompsonSampling
{
    private const int Draws = 4_096;

    /// <summary>The candidate's share for the next while. The same counts and seed give the same share.</summary>
    public static double Share(ArmCounts champion, ArmCounts candidate, TrialPolicy policy, int seed)
    {
        var (random, wins) = (new Random(seed), 0);
        for (var draw = 0; draw < Draws; draw++)
            wins += Draw(random, candidate) > Draw(random, champion) ? 1 : 0;
        return Math.Clamp((double)wins / Draws, policy.Floor, 1 - policy.Floor);
    }

    private static double Draw(Random random, ArmCounts arm) => Beta.Sample(random, arm.Successes + 1, arm.Failures + 1);
}
