using System.Collections.Immutable;
using System.Globalization;

namespace Serverless.Core.Rollout;

/// <summary>What a gate came to.</summary>
/// <param name="Gate">The rule itself, so that the result can be recomputed.</param>
/// <param name="Verdict">Whether it is met.</param>
/// <param name="Figures">What it looked at, in the order of the rule; what was not there is null.</param>
/// <param name="Words">The answer in words.</param>
public sealed record GateResult(Gate Gate, GateVerdict Verdict, ImmutableArray<NamedFigure> Figures, string Words)
{
    /// <summary>Whether it stops a rollout: a block that failed, or one that could not be decided and must be.</summary>
    public bool Stops => Gate.Rule.Severity == GateSeverity.Block
        && (Verdict == GateVerdict.Fail || (Verdict == GateVerdict.Undecided && Gate.Rule.WhenUndecided == UndecidedGate.Stop));

    /// <inheritdoc/>
    public bool Equals(GateResult? other) => other is not null && Gate == other.Gate && Verdict == other.Verdict && Words == other.Words && Figures.SequenceEqual(other.Figures);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Gate, Verdict, Words);

    internal static GateResult Of(Gate gate, GateVerdict verdict, IEnumerable<string> names, Evidence evidence, string? why)
    {
        ImmutableArray<NamedFigure> figures = [.. names.Select(name => new NamedFigure(name, evidence.Whole(name)))];
        var shown = figures.Where(figure => figure.Figure is not null).Select(figure => Shown(figure.Name, figure.Figure!, evidence));
        var state = verdict switch { GateVerdict.Pass => "passes", GateVerdict.Fail => "fails", GateVerdict.Undecided => "cannot be decided" };
        var with = string.Join(", ", shown);
        return new(gate, verdict, figures, $"{gate.Name} {state}: {gate.Text}{(with.Length > 0 ? $", with {with}" : "")}{(why is null ? "" : $"; {why}")}.");
    }

    private static string Shown(string name, Figure figure, Evidence evidence)
    {
        var interval = figure.Interval is { } range ? $" ({Number(range.Low)} to {Number(range.High)}, {Number(100 * range.Level)} %)" : "";
        return $"{name} = {(evidence.Find(name) is { } value ? Number(value) : "unknown")}{interval}, n = {figure.Count}";
    }

    internal static string Number(double value) => value.ToString(Math.Abs(value) is > 0 and < 0.00001 ? "0.##e0" : "0.#####", CultureInfo.InvariantCulture);
}

/// <summary>A figure that a rule looked at.</summary>
/// <param name="Name">As the rule names it.</param>
/// <param name="Figure">The figure, or null where there was none.</param>
public sealed record NamedFigure(string Name, Figure? Figure);

/// <summary>Whether a rule is met.</summary>
public enum GateVerdict
{
    /// <summary>It is.</summary>
    Pass,
    /// <summary>It is not.</summary>
    Fail,
    /// <summary>There is not enough data.</summary>
    Undecided,
}
