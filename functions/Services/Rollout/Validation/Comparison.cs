using System.Globalization;
using Serverless.Core.Rollout;
using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Validation;

/// <summary>What an evaluation set says of a candidate and, on the same rows, of the champion. Differences are the candidate's less the champion's, turned so that larger is better.</summary>
/// <param name="figures">Where they go.</param>
/// <param name="set">What its columns are.</param>
/// <param name="table">Its rows.</param>
/// <param name="confidence">The intervals' level.</param>
internal sealed class Comparison(Dictionary<string, Figure> figures, EvaluationRecord set, EvaluationTable table, double confidence)
{
    private const int LeastRows = 30, MostValues = 50, Quarters = 4, Replicates = 400;

    private static readonly (BinaryMetric Metric, string Name)[] Decisions =
        [(BinaryMetric.Accuracy, "accuracy"), (BinaryMetric.F1, "f1"), (BinaryMetric.Precision, "precision"), (BinaryMetric.Recall, "recall"), (BinaryMetric.BalancedAccuracy, "balanced_accuracy")];

    private static readonly (BinaryMetric Metric, string Name)[] Rankings = [(BinaryMetric.RocAuc, "auc"), (BinaryMetric.LogLoss, "log_loss"), (BinaryMetric.Brier, "brier")];

    private static readonly (RegressionMetric Metric, string Name)[] Numbers =
        [(RegressionMetric.MeanAbsoluteError, "mae"), (RegressionMetric.RootMeanSquaredError, "rmse"), (RegressionMetric.RSquared, "r2"), (RegressionMetric.MedianAbsoluteError, "median_error")];

    private readonly string source = $"evaluation {set.Sha256.Hex[..12]}";
    private readonly ResamplingPlan plan = ResamplingPlan.Default with { Level = confidence, Replicates = Replicates };

    /// <summary>Adds all figures that the rows can tell.</summary>
    public void Add(Answers candidate, Answers? champion, bool isNumber, IReadOnlyList<string>? classes)
    {
        if (isNumber) Regression(candidate, champion);
        else Classification(candidate, champion, classes);
    }

    private void Regression(Answers candidate, Answers? champion)
    {
        if (table.Numbers(set.Label) is not { } truth) return;
        int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => double.IsFinite(truth[row]) && double.IsFinite(candidate.Scores[row]) && (champion is null || double.IsFinite(champion.Scores[row])))];
        if (rows.Length == 0) return;
        double[] Of(IReadOnlyList<double> values) => [.. rows.Select(row => values[row])];
        var (labels, said, before) = (Of(truth), Of(candidate.Scores), champion is null ? null : Of(champion.Scores));
        foreach (var (metric, name) in Numbers)
        {
            Put($"metrics.{name}", RegressionMetrics.Measure(metric, labels, said, default, plan));
            if (before is not null) Put($"champion.metrics.{name}", RegressionMetrics.Measure(metric, labels, before, default, plan));
        }

        if (before is null) return;
        double[] gains = Errors(before), losses = Errors(said);
        Put("comparison.mae", PairedComparison.StudentT(gains, losses, confidence));
        Put("comparison.score", PairedComparison.StudentT(gains, losses, confidence));
        Slices(rows, row => gains[row], row => losses[row]);

        double[] Errors(double[] values) => [.. values.Zip(labels, (value, label) => Math.Abs(value - label))];
    }

    private void Classification(Answers candidate, Answers? champion, IReadOnlyList<string>? classes)
    {
        if (table.Texts(set.Label) is not { } truth) return;
        int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => truth[row] is not null)];
        if (rows.Length == 0) return;
        string[] labels = [.. rows.Select(row => Class(truth[row]!, classes))];
        bool[] right = Right(candidate), before = champion is null ? [] : Right(champion);
        if (Positive(labels, classes) is { } positive) Binary(rows, [.. labels.Select(label => label == positive)], positive, candidate, champion);
        else Accuracy(right, before);
        if (champion is null) return;
        double[] now = [.. right.Select(held => held ? 1.0 : 0)], then = [.. before.Select(held => held ? 1.0 : 0)];
        Put("comparison.accuracy", PairedComparison.StudentT(now, then, confidence));
        Put("comparison.score", PairedComparison.StudentT(now, then, confidence));
        Slices(rows, row => now[row], row => then[row]);

        bool[] Right(Answers answers) => [.. rows.Select((row, at) => answers.Labels[row] == labels[at])];
    }

    private void Accuracy(bool[] right, bool[] before)
    {
        foreach (var (prefix, held) in new[] { ("", right), ("champion.", before) })
            if (held.Length > 0) figures[$"{prefix}metrics.accuracy"] = new((double)held.Count(one => one) / held.Length, Intervals.Wilson(held.Count(one => one), held.Length, confidence), held.Length, source);
    }

    private void Binary(int[] rows, bool[] labels, string positive, Answers candidate, Answers? champion)
    {
        bool[] selected = Selected(candidate), before = champion is null ? [] : Selected(champion);
        Metrics("", labels, selected, Scores(candidate));
        Fairness("", rows, labels, selected);
        if (champion is null) return;
        Metrics("champion.", labels, before, Scores(champion));
        Fairness("champion.", rows, labels, before);
        Put("comparison.f1", Bootstrap.Estimate(labels.Length, Array.Empty<double>(), weights => F1(labels, selected, weights) - F1(labels, before, weights), plan));
        if (Scores(candidate) is not { } one || Scores(champion) is not { } other) return;
        Put("comparison.auc", AucComparison.Compare(labels, one, other, confidence));
        Put("comparison.brier", PairedComparison.StudentT(Squares(other), Squares(one), confidence));

        bool[] Selected(Answers answers) => [.. rows.Select(row => answers.Labels[row] == positive)];
        double[]? Scores(Answers answers) => rows.All(row => answers.Scores[row] is >= 0 and <= 1) ? [.. rows.Select(row => answers.Scores[row])] : null;
        double[] Squares(double[] scores) => [.. scores.Zip(labels, (score, label) => (score - (label ? 1 : 0)) * (score - (label ? 1 : 0)))];
    }

    private static double? F1(bool[] labels, bool[] selected, ReadOnlySpan<double> weights)
    {
        double hit = 0, all = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] && selected[row]) hit += weights[row];
            all += (labels[row] ? weights[row] : 0) + (selected[row] ? weights[row] : 0);
        }

        return all > 0 ? 2 * hit / all : null;
    }

    private void Metrics(string prefix, bool[] labels, bool[] selected, double[]? scores)
    {
        double[] decided = [.. selected.Select(one => one ? 1.0 : 0)];
        foreach (var (metric, name) in Decisions) Put($"{prefix}metrics.{name}", BinaryMetrics.Measure(metric, labels, decided, 0.5, default, plan));
        if (scores is null) return;
        foreach (var (metric, name) in Rankings) Put($"{prefix}metrics.{name}", BinaryMetrics.Measure(metric, labels, scores, 0.5, default, plan));
    }

    private void Fairness(string prefix, int[] rows, bool[] labels, bool[] selected)
    {
        var worst = new Dictionary<string, Figure>();
        foreach (var column in set.Sensitive)
        {
            if (table.Texts(column) is not { } groups) continue;
            int[] known = [.. Enumerable.Range(0, rows.Length).Where(at => groups[rows[at]] is not null)];
            if (known.Length == 0) continue;
            var report = GroupFairness.Compare([.. known.Select(at => labels[at])], [.. known.Select(at => selected[at])], [.. known.Select(at => groups[rows[at]]!)], confidence);
            foreach (var (name, value, larger) in Shown(report))
            {
                if (value is not { } gap) continue;
                var figure = new Figure(gap, name == "demographic_parity_difference" ? Gap(report) : null, known.Length, source);
                figures[prefix + EvidenceName.Of("fairness", column, name)] = figure;
                if (!worst.TryGetValue(name, out var there) || (larger ? gap > there.Value : gap < there.Value)) worst[name] = figure;
            }

            if (prefix.Length == 0) figures[EvidenceName.Of("fairness", column, "smallest")] = Figure.Of(report.Groups.Min(group => group.Cells.Total), known.Length, source);
        }

        foreach (var (name, figure) in worst) figures[prefix + EvidenceName.Of("fairness", "worst", name)] = figure;
    }

    private static (string Name, double? Value, bool LargerIsWorse)[] Shown(FairnessReport report) =>
    [
        ("demographic_parity_difference", report.DemographicParityDifference, true), ("demographic_parity_ratio", report.DemographicParityRatio, false),
        ("equal_opportunity_difference", report.EqualOpportunityDifference, true), ("false_positive_rate_difference", report.FalsePositiveRateDifference, true),
        ("equalized_odds_difference", report.EqualizedOddsDifference, true), ("equalized_odds_ratio", report.EqualizedOddsRatio, false),
    ];

    // Of the two groups that are farthest apart.
    private ConfidenceInterval? Gap(FairnessReport report)
    {
        var groups = report.Groups.Where(group => group.Cells.SelectionRate is not null).OrderBy(group => group.Cells.SelectionRate).ToArray();
        if (groups.Length < 2) return null;
        var (low, high) = (groups[0].Cells, groups[^1].Cells);
        return TwoProportions.Difference((long)(high.TruePositive + high.FalsePositive), (long)high.Total, (long)(low.TruePositive + low.FalsePositive), (long)low.Total, confidence);
    }

    private void Slices(int[] rows, Func<int, double> now, Func<int, double> then)
    {
        var slices = set.Slices.SelectMany(column => Values(column, rows)).Where(slice => slice.At.Length >= LeastRows).ToArray();
        Figure? worst = null, least = null;
        foreach (var (column, value, at) in slices)
        {
            double[] one = [.. at.Select(now)], other = [.. at.Select(then)];
            // Bonferroni: one of many slices looks bad by chance.
            var pair = Of(PairedComparison.StudentT(one, other, 1 - (1 - confidence) / slices.Length));
            var score = Figure.Of(one.Average(), at.Length, source);
            figures[EvidenceName.Of("slices", column, value, "score")] = score;
            figures["champion." + EvidenceName.Of("slices", column, value, "score")] = Figure.Of(other.Average(), at.Length, source);
            if (pair?.Value < (worst?.Value ?? double.PositiveInfinity)) worst = pair;
            if (score.Value < (least?.Value ?? double.PositiveInfinity)) least = score;
        }

        if (worst is not null) figures["slices.worst.comparison"] = worst;
        if (least is not null) figures["slices.worst.metric"] = least;
    }

    private IEnumerable<(string Column, string Value, int[] At)> Values(string column, int[] rows)
    {
        if (table.Numbers(column) is { } numbers && numbers.Where(double.IsFinite).Distinct().Take(Quarters * 3 + 1).Count() > Quarters * 3) return Bands(column, numbers, rows);
        return table.Texts(column) is not { } texts ? []
            : Enumerable.Range(0, rows.Length).Where(at => texts[rows[at]] is not null).GroupBy(at => texts[rows[at]]!, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count()).Take(MostValues).Select(group => (column, group.Key, group.ToArray()));
    }

    private static IEnumerable<(string, string, int[])> Bands(string column, List<double> numbers, int[] rows)
    {
        double[] sorted = [.. rows.Select(row => numbers[row]).Where(double.IsFinite).Order()];
        double[] edges = [.. Enumerable.Range(1, Quarters - 1).Select(quarter => sorted[sorted.Length * quarter / Quarters]).Distinct()];
        return Enumerable.Range(0, rows.Length).Where(at => double.IsFinite(numbers[rows[at]])).GroupBy(at => edges.Count(edge => numbers[rows[at]] >= edge)).OrderBy(band => band.Key)
            .Select(band => (column, Name(edges, band.Key), band.ToArray()));
    }

    private static string Name(double[] edges, int band) => string.Create(CultureInfo.InvariantCulture,
        $"{(band == 0 ? "below" : "from")} {edges[Math.Max(0, band - 1)]}{(band > 0 && band < edges.Length ? string.Create(CultureInfo.InvariantCulture, $" below {edges[band]}") : "")}");

    // An index stands for its class.
    private static string Class(string stated, IReadOnlyList<string>? classes) =>
        classes is not null && !classes.Contains(stated) && int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < classes.Count ? classes[index] : stated;

    private string? Positive(string[] labels, IReadOnlyList<string>? classes)
    {
        string[] seen = classes is { Count: > 0 } ? [.. classes] : [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return seen.Length != 2 ? null : set.Positive is { } stated ? Class(stated, classes) : seen[1];
    }

    private Figure? Of(PairedResult result) => result.Difference is { } difference ? new(difference, result.Interval ?? (difference == 0 ? Exactly(0) : null), result.Count, source) : null;

    // Rows that are all answered alike leave nothing to estimate.
    private ConfidenceInterval Exactly(double value) => new(value, value, confidence, IntervalMethod.StudentT);

    private void Put(string name, PairedResult result)
    {
        if (Of(result) is { } figure) figures[name] = figure;
    }

    private void Put(string name, Estimate estimate)
    {
        if (estimate.Value is { } value && double.IsFinite(value)) figures[name] = new(value, estimate.Interval, estimate.Count, source);
    }
}
