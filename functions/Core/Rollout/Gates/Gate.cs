namespace Serverless.Core.Rollout;

/// <summary>A named rule that evidence meets, does not meet, or cannot be held against.</summary>
/// <param name="Name">As in the policy.</param>
/// <param name="Rule">As in the policy.</param>
public sealed record Gate(string Name, GatePolicy Rule)
{
    /// <summary>The rule as text.</summary>
    public string Text => Rule.Test is { } test ? test.Text : Rule.Expression ?? "";

    /// <summary>The gates of a policy's part.</summary>
    public static IReadOnlyList<Gate> All(IReadOnlyDictionary<string, GatePolicy> rules) =>
        [.. rules.Where(rule => rule.Value.Enabled).OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => new Gate(rule.Key, rule.Value))];

    /// <summary>Holds evidence against the rule.</summary>
    public GateResult Judge(Evidence evidence) => Rule.Test is { } test ? Judge(test, evidence) : Judge(Expression.Parse(Text), evidence);

    private GateResult Judge(Expression expression, Evidence evidence)
    {
        var verdict = expression.Evaluate(evidence) switch
        {
            Truth.True => GateVerdict.Pass,
            Truth.False => GateVerdict.Fail,
            Truth.Unknown => GateVerdict.Undecided,
        };
        return GateResult.Of(this, verdict, expression.Names, evidence, verdict == GateVerdict.Undecided ? Missing(expression, evidence) : null);
    }

    private GateResult Judge(TestPolicy test, Evidence evidence)
    {
        var (verdict, why) = test.Judge(evidence.Whole(test.Figure));
        return GateResult.Of(this, verdict, [test.Figure], evidence, why);
    }

    private static string Missing(Expression expression, Evidence evidence)
    {
        var missing = expression.Names.Where(name => evidence.Find(name) is null).ToArray();
        return missing.Length == 0 ? "a division by nought" : $"no {string.Join(", no ", missing)}";
    }
}
