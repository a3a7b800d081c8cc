using FsCheck.Xunit;
using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

public sealed class ExpressionLaws
{
    private static readonly string[] Names = ["metrics.a", "metrics.b", "shadow.agreement", "latency.p99.ratio"];
    private static readonly string[] Symbols = [">=", ">", "<=", "<"];

    [Property(MaxTest = 1_000, EndSize = 1_000_000)]
    public void Evaluate_WhenMoreBecomesKnown_TakesNothingBack(int seed)
    {
        var random = new Random(seed);
        var expression = Expression.Parse(Condition(random, 4));
        var all = Names.Select(name => (name, Value: Math.Round(random.NextDouble() * 4 - 2, 1))).ToArray();
        var less = expression.Evaluate(Facts.Of([.. all.Where(_ => random.Next(2) == 0)]));
        if (less != Truth.Unknown) Assert.Equal(less, expression.Evaluate(Facts.Of(all)));
    }

    [Property(MaxTest = 1_000, EndSize = 1_000_000)]
    public void Evaluate_OfTheOpposite_IsTheOpposite(int seed)
    {
        var random = new Random(seed);
        var text = Condition(random, 4);
        var some = Facts.Of([.. Names.Where(_ => random.Next(2) == 0).Select(name => (name, random.NextDouble()))]);
        Assert.Equal(2 - (int)Expression.Parse(text).Evaluate(some), (int)Expression.Parse($"not ({text})").Evaluate(some));
    }

    [Property(MaxTest = 1_000, EndSize = 1_000_000)]
    public void Evidence_WrittenAndRead_IsTheSameByHash(int seed)
    {
        var random = new Random(seed);
        var figures = Names.Select(name => KeyValuePair.Create(name, new Figure(
            random.Next(4) == 0 ? null : random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
            random.Next(2) == 0 ? null : new(-random.NextDouble(), random.NextDouble(), 0.95, default), random.Next(), "scan \"ä\""))).ToArray();
        var evidence = new Evidence(figures);
        random.Shuffle(figures);
        Assert.Equal(evidence.Hash, new Evidence(figures).Hash);
        Assert.Equal(evidence.Hash, Evidence.Read(evidence.Json).Hash);
        Assert.NotEqual(evidence.Hash, evidence.With(Facts.Of(("metrics.a", 3))).Hash);
    }

    private static string Condition(Random random, int depth) => depth == 0 || random.Next(4) == 0
        ? $"{Number(random, depth)} {Symbols[random.Next(4)]} {Number(random, depth)}"
        : random.Next(3) switch
        {
            0 => $"not ({Condition(random, depth - 1)})",
            1 => $"({Condition(random, depth - 1)}) and ({Condition(random, depth - 1)})",
            _ => $"({Condition(random, depth - 1)}) or ({Condition(random, depth - 1)})",
        };

    private static string Number(Random random, int depth) => random.Next(depth == 0 ? 2 : 4) switch
    {
        0 => Names[random.Next(Names.Length)],
        1 => $"{random.Next(20) / 10.0}",
        2 => $"-{Names[random.Next(Names.Length)]}",
        _ => $"({Number(random, depth - 1)} {"+-*/"[random.Next(4)]} {Number(random, depth - 1)})",
    };
}
