using Serverless.Core.Registry;
using Serverless.Core.Rollout;

namespace Serverless.Services.Rollout.Validation;

/// <summary>Whether a version's outputs are finite, stay the same when its inputs hardly change, and come where a value is missing.</summary>
internal static class Robustness
{
    // Of a feature's spread; and of a value's.
    private const double Nudge = 1e-3, Near = 0.01;

    private const int MostRows = 20_000;

    /// <summary>Adds the shares of rows.</summary>
    public static void Add(Dictionary<string, Figure> figures, Trial candidate, ModelSnapshot model, TableFeeder rows, Answers answers, CancellationToken cancel)
    {
        if (rows.Rows == 0) return;
        figures["robustness.finite"] = Share(answers.Finite.Count(finite => finite), rows.Rows);
        if (rows.Rows > MostRows) return;
        var chance = new Random(EvaluationTable.Seed);
        var spread = rows.Numeric.ToDictionary(feature => feature, rows.Spread);
        // Whole numbers stay whole numbers where the model takes nothing else.
        using var nudged = rows.With((feature, value) => value + (chance.NextDouble() * 2 - 1) * Nudge * spread[feature]);
        var again = Answers.Of(candidate.Version, model.Task, candidate.Session, nudged, cancel);
        figures["robustness.stable"] = Share(Enumerable.Range(0, rows.Rows).Count(row => IsSame(answers, again, row)), rows.Rows);
        if (model.Policy.Serving.Missing != MissingFeature.ImputeNull) return;
        var gone = Enumerable.Range(0, rows.Rows).Select(_ => rows.Numeric.Any() ? rows.Numeric.ElementAt(chance.Next(rows.Numeric.Count())) : -1).ToArray();
        var at = new int[spread.Count == 0 ? 1 : spread.Keys.Max() + 1];
        using var holes = rows.With((feature, value) => gone[at[feature]++ % gone.Length] == feature ? double.NaN : value);
        figures["robustness.nulls"] = Share(Answers.Of(candidate.Version, model.Task, candidate.Session, holes, cancel).Finite.Count(finite => finite), rows.Rows);
    }

    private static bool IsSame(Answers one, Answers other, int row) => one.Labels[row] is { } label ? label == other.Labels[row]
        : Math.Abs(other.Scores[row] - one.Scores[row]) <= Near * Math.Max(1, Math.Abs(one.Scores[row])) || (double.IsNaN(one.Scores[row]) && double.IsNaN(other.Scores[row]));

    private static Figure Share(int held, int rows) => new((double)held / rows, Core.Statistics.Intervals.Wilson(held, rows, 0.95), rows, OfflineEvidence.Source);
}
