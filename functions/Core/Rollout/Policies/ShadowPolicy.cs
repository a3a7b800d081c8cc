using System.Collections.Frozen;

namespace Serverless.Core.Rollout;

/// <summary>What is asked of a candidate while it answers beside the champion, unseen by callers.</summary>
public sealed record ShadowPolicy
{
    /// <summary>Whether it does; without a champion there is none.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The share of requests that it answers, 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>How many candidates may shadow at once: the one under way, and those that wait behind it.</summary>
    public int Challengers { get; init; } = 3;

    /// <summary>Fewer rows give no verdict.</summary>
    public long MinimumRows { get; init; } = 1_000;

    /// <summary>No verdict that promotes before so many whole days: traffic has a daily cycle.</summary>
    public int MinimumDays { get; init; } = 1;

    /// <summary>When the stage ends without a verdict.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromDays(14);

    /// <summary>What becomes of a candidate that has no verdict by then.</summary>
    public AtDeadline AtDeadline { get; init; } = AtDeadline.Ask;

    /// <summary>What the verdict stands on.</summary>
    public ShadowBasis Basis { get; init; } = ShadowBasis.Either;

    /// <summary>The verdict that promotes.</summary>
    public TestKind Accept { get; init; } = TestKind.NonInferior;

    /// <summary>The loss that is let pass as "not inferior", in the figure compared: 0.01 is one row in a hundred.</summary>
    public double Margin { get; init; } = 0.01;

    /// <summary>One less the error rate: at most 1 − confidence of the candidates that do not deserve it are promoted, however often one looks.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>What else must be true of it, by name; one that has a default's name replaces that default. A gate that fails on enough rows ends the stage; one that cannot be decided yet holds it.</summary>
    public IReadOnlyDictionary<string, GatePolicy> Gates { get; init; } = FrozenDictionary<string, GatePolicy>.Empty;

    /// <summary>The gates of an empty document.</summary>
    public static IReadOnlyDictionary<string, GatePolicy> Defaults { get; } = new Dictionary<string, GatePolicy>
    {
        ["errors"] = new() { Expression = "shadow.errors.rate <= 0.01" },
        ["latency"] = new() { Expression = "shadow.latency.p99.ratio.lower <= 5", WhenUndecided = UndecidedGate.Pass },
    }.ToFrozenDictionary();

    /// <summary>The gates in force: the defaults, and what the document says.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, GatePolicy> InForce => GatePolicy.InForce(Defaults, Gates);
}

/// <summary>What becomes of a candidate that has no verdict at the deadline.</summary>
public enum AtDeadline
{
    /// <summary>A person decides, even where the policy asks for no approval.</summary>
    Ask,
    /// <summary>It is rejected.</summary>
    Reject,
    /// <summary>It goes on.</summary>
    Proceed,
}

/// <summary>What a shadow's verdict stands on.</summary>
public enum ShadowBasis
{
    /// <summary>Labels or agreement, whichever shows it first.</summary>
    Either,
    /// <summary>Paired figures of the rows whose labels have arrived.</summary>
    Labels,
    /// <summary>Equal answers alone: models that disagree on fewer rows than the margin cannot differ in accuracy by more.</summary>
    Agreement,
}
