using System.Diagnostics;
using System.Globalization;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Rollout;

/// <summary>Whether rollouts can be trusted though their verdict is looked at every minute: how often an equal or a worse challenger is promoted, and what a better one costs in rows.</summary>
internal static class TrustBenchmark
{
    private const int RowsPerMinute = 20;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    // No minimum duration, hardly a minimum of rows: nothing but the statistics protects.
    private static readonly ShadowPolicy Bare = new() { MinimumDays = 0, MinimumRows = 100, Basis = ShadowBasis.Labels };

    public static Task RunAsync(string[] args)
    {
        var rollouts = args is [var asked, ..] ? int.Parse(asked, CultureInfo.InvariantCulture) : 1_000;
        var watch = Stopwatch.StartNew();
        Console.WriteLine($"{rollouts} shadows each, {RowsPerMinute} labelled rows a minute, looked at every minute for {Bare.Deadline.Days} days (20,160 looks), margin {Bare.Margin}, confidence {Bare.Confidence}:");
        Console.WriteLine("no minimum duration, least rows 100, so that nothing but the statistics protects. \"Differ\": the share of rows on which one is right and the other wrong.\n");
        Console.WriteLine($"{"challenger",-46} {"accepts",-12} {"promoted",9} {"asked for",10} {"rejected",9} {"undecided",9}  rows to the verdict: median (5–95 %)");
        var superior = Bare with { Accept = TestKind.Superior };
        Shadows("equal, 10 % differ", superior, new(0.05, 0.05), rollouts, "≤ 5 %");
        Shadows("equal, 40 % differ", superior, new(0.20, 0.20), rollouts, "≤ 5 %");
        Shadows("equal, 10 % differ, naive z at each look", superior, new(0.05, 0.05), rollouts, "≤ 5 %", naive: true);
        Shadows("worse by the margin, 10 % differ", Bare, new(0.045, 0.055), rollouts, "≤ 5 %");
        Shadows("worse by the margin, 1 % differ, agreement too", Bare with { Basis = ShadowBasis.Either }, new(0, 0.01), rollouts, "≤ 5 %");
        Shadows("equal, 10 % differ", Bare, new(0.05, 0.05), rollouts, "");
        Shadows("equal, 0.2 % differ, agreement alone", Bare with { Basis = ShadowBasis.Agreement }, new(0.001, 0.001), rollouts, "");
        Shadows("better by the margin, 10 % differ", superior, new(0.055, 0.045), rollouts, "");
        Shadows("better by the margin, 3 % differ", superior, new(0.02, 0.01), rollouts, "");
        Optimum(0.055, 0.045);
        Optimum(0.02, 0.01);
        Existing(0.055, 0.045, Math.Min(rollouts, 200));
        Trials(rollouts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{watch.Elapsed.TotalSeconds:0} s"));
        return Task.CompletedTask;
    }

    private static void Shadows(string name, ShadowPolicy policy, Challenger challenger, int rollouts, string promised, bool naive = false)
    {
        var ends = Enumerable.Range(0, rollouts).Select(seed => One(policy, challenger, (ulong)seed, naive)).ToArray();
        var rows = ends.Where(end => end.Accepted is not null).Select(end => (double)end.Rows).Order().ToArray();
        var spread = rows.Length == 0 ? "-" : $"{rows[rows.Length / 2]:N0} ({rows[rows.Length / 20]:N0}–{rows[rows.Length * 19 / 20]:N0})";
        Console.WriteLine($"{name,-46} {(policy.Accept == TestKind.Superior ? "superior" : "non-inferior"),-12} {Share(ends, true),9} {promised,10} {Share(ends, false),9} {Share(ends, null),9}  {spread}");
    }

    private static (bool? Accepted, long Rows) One(ShadowPolicy policy, Challenger challenger, ulong seed, bool naive)
    {
        var (draw, tally, minutes) = (new Draw(seed), default(ShadowTally), (int)policy.Deadline.TotalMinutes);
        for (var minute = 1; minute <= minutes; minute++)
        {
            tally = tally.Merge(challenger.Answer(ref draw, RowsPerMinute));
            var accepted = naive ? Naive(tally.Correct) : ShadowJudge.Judge(tally, policy, Start, Start.AddMinutes(minute)).Accepted;
            if (accepted is not null) return (accepted, tally.Labelled);
        }

        return (null, tally.Labelled);
    }

    // What is done where nobody thinks of it: McNemar's z at 5 % with each look.
    private static bool? Naive(PairedCounts counts)
    {
        if (counts.Rows < Bare.MinimumRows || counts.Better + counts.Worse == 0) return null;
        var z = (counts.Better - counts.Worse) / Math.Sqrt(counts.Better + counts.Worse);
        return z > 1.96 ? true : z < -1.96 ? false : null;
    }

    private static void Optimum(double better, double worse)
    {
        var (gap, variance) = (better - worse, better + worse - (better - worse) * (better - worse));
        double Rows(double power) => Math.Ceiling(Math.Pow(1.959964 + power, 2) * variance / (gap * gap));
        Console.WriteLine($"{$"  fixed sample, {100 * (better + worse):0} % differ, one look",-46} {"superior",-12} {"",9} {"",10} {"",9} {"",9}  {Rows(0):N0} for power 50 %, {Rows(0.841621):N0} for 80 %, {Rows(1.644854):N0} for 95 %");
    }

    // The empirical Bernstein sequence of Core.Statistics on the same rows, for comparison.
    private static void Existing(double better, double worse, int rollouts)
    {
        var rows = Enumerable.Range(0, rollouts).Select(seed =>
        {
            var (draw, state, limits) = (new Draw((ulong)seed), default(BoundedMeanState), BoundedMeanLimits.Paired);
            for (var row = 1; row <= 20_160 * RowsPerMinute; row++)
            {
                var u = draw.Unit();
                BoundedMean.Observe(ref state, [u < better ? 1 : u >= 1 - worse ? -1 : 0], limits);
                if (row % RowsPerMinute == 0 && BoundedMean.Interval(state, limits).Low > 0) return (double)row;
            }

            return double.PositiveInfinity;
        }).Order().ToArray();
        Console.WriteLine($"{"  empirical Bernstein instead of the bets, 10 %",-46} {"superior",-12} {"",9} {"",10} {"",9} {"",9}  {rows[rows.Length / 2]:N0} ({rows[rows.Length / 20]:N0}–{rows[rows.Length * 19 / 20]:N0})");
    }

    private static void Trials(int rollouts)
    {
        Console.WriteLine($"\nExperiments on callers, rate of the outcome 10 %, 60 rows an hour, 7 days; the bandit is looked at and drawn anew every hour ({Math.Min(rollouts, 250)} runs), A/B decided at its end ({rollouts} runs):");
        var (ab, bandit) = (new ReleasePolicy { Strategy = ReleaseStrategy.Ab, Trial = new() { Outcome = "click" } }, new ReleasePolicy { Strategy = ReleaseStrategy.Bandit, Trial = new() { Outcome = "click" } });
        foreach (var (name, rate) in (ReadOnlySpan<(string, double)>)[("equal", 0.10), ("worse by a half", 0.05), ("better by a half", 0.15)])
        {
            Trial($"A/B, {name}", ab, rate, rollouts);
            Trial($"bandit, {name}", bandit, rate, Math.Min(rollouts, 250));
        }
    }

    private static void Trial(string name, ReleasePolicy release, double rate, int runs)
    {
        var ends = Enumerable.Range(0, runs).Select(seed => Experiment(release, rate, (ulong)seed)).ToArray();
        var candidate = ends.Select(end => end.Share).Average();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-46} {"superior",-12} {100.0 * ends.Count(end => end.Accepted) / runs,7:0.0} % promoted; callers that met the candidate {100 * candidate:0} %, ended after {24 * ends.Select(end => end.Days).Order().ElementAt(runs / 2):0} h (median)"));
    }

    private static (bool Accepted, double Share, double Days) Experiment(ReleasePolicy release, double rate, ulong seed)
    {
        var (draw, champion, candidate, share) = (new Draw(seed), default(ArmCounts), default(ArmCounts), release.Trial.Share);
        for (var hour = 1; ; hour++)
        {
            for (var row = 0; row < 60; row++)
            {
                if (draw.Unit() < share) candidate = Count(candidate, draw.Unit() < rate);
                else champion = Count(champion, draw.Unit() < 0.10);
            }

            if (TrialJudge.Judge(champion, candidate, release, TimeSpan.FromHours(hour)).Accepted is { } accepted)
                return (accepted, (double)candidate.Rows / (candidate.Rows + champion.Rows), hour / 24.0);
            if (release.Strategy == ReleaseStrategy.Bandit) share = ThompsonSampling.Share(champion, candidate, release.Trial, unchecked((int)seed * 1_009 + (int)champion.Rows));
        }
    }

    private static ArmCounts Count(ArmCounts arm, bool success) => success ? arm with { Successes = arm.Successes + 1 } : arm with { Failures = arm.Failures + 1 };

    private static string Share((bool? Accepted, long Rows)[] ends, bool? accepted) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * ends.Count(end => end.Accepted == accepted) / ends.Length:0.0} %");
}
