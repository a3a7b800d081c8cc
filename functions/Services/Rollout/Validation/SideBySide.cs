using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Rollout;
using Serverless.Services.Inference.Sessions;

namespace Serverless.Services.Rollout.Validation;

/// <summary>How long two versions take for the same rows on the same machine: one row at a time, in turn, so that whatever else the machine does meets both.</summary>
/// <param name="clock">Measures.</param>
internal sealed class SideBySide(TimeProvider clock)
{
    private const int Rounds = 400, WarmRounds = 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly (string Name, double Quantile)[] Percentiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

    /// <summary>Adds the percentiles of both and their ratios, if there were rounds enough.</summary>
    public void Measure(Dictionary<string, Figure> figures, (Trial Trial, TableFeeder? Rows) candidate, (Trial Trial, TableFeeder? Rows)? champion, CancellationToken cancel)
    {
        using var options = new RunOptions();
        var (one, other, start) = (new List<double>(), new List<double>(), clock.GetTimestamp());
        for (var round = 0; round < WarmRounds + Rounds && clock.GetElapsedTime(start) < Longest; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var (first, second) = (Time(candidate, options, round), champion is { } there ? Time(there, options, round) : (double?)null);
            if (round < WarmRounds) continue;
            one.Add(first);
            if (second is { } time) other.Add(time);
        }

        one.Sort();
        other.Sort();
        foreach (var (name, quantile) in Percentiles.Where(percentile => one.Count * (1 - percentile.Quantile) >= 1))
        {
            var time = At(one, quantile);
            figures[$"latency.{name}"] = Figure.Of(time, one.Count, OfflineEvidence.Source);
            if (other.Count != one.Count) continue;
            figures[$"champion.latency.{name}"] = Figure.Of(At(other, quantile), other.Count, OfflineEvidence.Source);
            figures[$"latency.{name}.ratio"] = Figure.Of(time / At(other, quantile), one.Count, OfflineEvidence.Source);
        }
    }

    private double Time((Trial Trial, TableFeeder? Rows) side, RunOptions options, int round)
    {
        var start = clock.GetTimestamp();
        if (side.Rows is { Rows: > 0 } rows) rows.Run(side.Trial.Session, options, round % rows.Rows, 1).Dispose();
        else WarmUp.Run(side.Trial.Session, side.Trial.Version.Signature);
        return clock.GetElapsedTime(start).TotalSeconds;
    }

    private static double At(List<double> sorted, double quantile) => sorted[Math.Min(sorted.Count - 1, (int)(quantile * sorted.Count))];
}
