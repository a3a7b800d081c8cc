using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

public sealed class ExpressionTests
{
    private static readonly Evidence Known = Facts.Of(("metrics.f1", 0.81), ("champion.metrics.f1", 0.80), ("latency.p99.ratio", 1.5), ("errors.rate", 0));

    [Theory]
    [InlineData("metrics.f1 - champion.metrics.f1 >= 0.005", Truth.True)]
    [InlineData("metrics.f1 - champion.metrics.f1 > 0.02", Truth.False)]
    [InlineData("1 + 2 * 3 - 4 / 2 <= 5", Truth.True)]
    [InlineData("2 - 1 - 1 >= 1", Truth.False)]
    [InlineData("-(1 - 2) * 2 < 2.5e0", Truth.True)]
    [InlineData("not latency.p99.ratio > 2 and metrics.f1 > 0.8", Truth.True)]
    [InlineData("metrics.f1 > 0.9 and metrics.f1 > 0.8 or latency.p99.ratio < 2", Truth.True)]
    [InlineData("metrics.f1 > 0.9 and (metrics.f1 > 0.8 or latency.p99.ratio < 2)", Truth.False)]
    [InlineData("1e-3 < .002", Truth.True)]
    public void Evaluate_WithAllEvidence_FollowsPrecedence(string text, Truth expected) => Assert.Equal(expected, Expression.Parse(text).Evaluate(Known));

    [Theory]
    [InlineData("shadow.agreement >= 0", Truth.Unknown)]
    [InlineData("not shadow.agreement >= 0", Truth.Unknown)]
    [InlineData("shadow.agreement >= 0 or metrics.f1 > 0", Truth.True)]
    [InlineData("shadow.agreement >= 0 or metrics.f1 > 1", Truth.Unknown)]
    [InlineData("shadow.agreement >= 0 and metrics.f1 > 0", Truth.Unknown)]
    [InlineData("shadow.agreement >= 0 and metrics.f1 > 1", Truth.False)]
    [InlineData("1 / errors.rate > 1 or 0 * shadow.agreement >= 0", Truth.Unknown)]
    [InlineData("metrics.f1.lower > 0", Truth.Unknown)]
    public void Evaluate_WithEvidenceMissing_IsNeverTrueForWantOfIt(string text, Truth expected) => Assert.Equal(expected, Expression.Parse(text).Evaluate(Known));

    [Fact]
    public void Evaluate_IntervalEndsAndRows_AreParts()
    {
        var evidence = new Evidence([KeyValuePair.Create("outcome.click.uplift", new Figure(0.02, new(0.01, 0.03, 0.95, default), 500, "test"))]);
        Assert.Equal(Truth.True, Expression.Parse("outcome.click.uplift.lower >= 0.01 and outcome.click.uplift.upper <= 0.03 and outcome.click.uplift.n >= 500").Evaluate(evidence));
    }

    [Fact]
    public void Evaluate_NotFinite_IsUnknown() =>
        Assert.Equal(Truth.Unknown, Expression.Parse("metrics.f1 >= 0").Evaluate(Facts.Of(("metrics.f1", double.NaN))));

    [Fact]
    public void Parse_QuotedSegments_AreNamesOfFeatures() =>
        Assert.Equal(["fairness.\"marital-status\".demographic_parity_difference"], Expression.Parse($"{EvidenceName.Of("fairness", "marital-status", "demographic_parity_difference")} <= 0.1").Names);

    [Theory]
    [InlineData("", 0, "the end")]
    [InlineData("metrics.f1", 0, "needs a condition")]
    [InlineData("metrics.f1 >= ", 14, "the end")]
    [InlineData("metrics.f1 >= 0.8 0.9", 18, "An operator was expected")]
    [InlineData("(metrics.f1 >= 0.8", 18, "\")\" was expected")]
    [InlineData("0 < metrics.f1 < 1", 15, "not chained")]
    [InlineData("metrics.f1 == 1", 11, "hardly ever equal")]
    [InlineData("metrics.f1 >= 0.8 and 1", 22, "A condition was expected")]
    [InlineData("metrics.f1 >= (1 > 2)", 17, "A number was expected")]
    [InlineData("metrics.f1 >= 1.2.3", 14, "is no number")]
    [InlineData("metrics.f1 >= 0.8 & 1", 18, "means nothing")]
    [InlineData("fairness.\"sex.x >= 0", 9, "not closed")]
    [InlineData("metrics..f1 >= 0", 0, "no evidence named metrics..f1")]
    public void Parse_WhatIsNoCondition_IsRefusedWithItsPosition(string text, int position, string message)
    {
        var error = Assert.Throws<ExpressionException>(() => Expression.Parse(text));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("latncy.p99.ratio <= 2", "latency.p99.ratio")]
    [InlineData("metric.f1 > 0", "metrics.f1")]
    [InlineData("fairness.sex.demographic_parity > 0", "fairness.sex.demographic_parity_ratio")]
    [InlineData("shadow.agrement.lower > 0", "shadow.agreement.lower")]
    public void Parse_UnknownName_SuggestsTheNearest(string text, string nearest) =>
        Assert.Contains($"did you mean {nearest}?", Assert.Throws<ExpressionException>(() => Expression.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_EndlessNesting_IsRefused() =>
        Assert.Contains("levels", Assert.Throws<ExpressionException>(() => Expression.Parse(new string('(', 500))).Message, StringComparison.Ordinal);
}
