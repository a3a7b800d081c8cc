using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry.Policies;

namespace Serverless.Services.Tests.Registry;

public sealed class PolicyDocumentTests
{
    [Theory]
    [InlineData("{}", false)]
    [InlineData("", true)]
    [InlineData("serving: {}\n", true)]
    public void Parse_OfAnEmptyDocument_IsTheDefault(string text, bool isYaml) =>
        Assert.Equal(ModelPolicy.Default, PolicyDocument.Parse(text, isYaml).Policy);

    [Fact]
    public void Parse_OfJsonAndYaml_MeansTheSame()
    {
        const string Json = """
            {"registration":{"firstVersion":"candidate"},
             "serving":{"missing":"imputeNull","timeout":"PT2.5S","maxQueue":0,"runtime":{"intraOpThreads":2,"arena":false,"graphOptimization":"basic"},
                        "batching":{"maxRows":64,"maxDelay":"PT0.002S"}}}
            """;
        const string Yaml = """
            registration:
              firstVersion: candidate
            serving:
              missing: imputeNull   # NaN
              timeout: PT2.5S
              maxQueue: 0
              runtime: {intraOpThreads: 2, arena: false, graphOptimization: basic}
              batching:
                maxRows: 64
                maxDelay: "PT0.002S"
            """;
        var policy = PolicyDocument.Parse(Json, isYaml: false);
        Assert.Equal(policy, PolicyDocument.Parse(Yaml, isYaml: true));
        Assert.Equal(policy, PolicyDocument.Stored(policy.Json));
        Assert.Equal(FirstVersion.Candidate, policy.Policy.Registration.FirstVersion);
        Assert.Equal(
            new ServingPolicy
            {
                Missing = MissingFeature.ImputeNull,
                Timeout = TimeSpan.FromSeconds(2.5),
                MaxQueue = 0,
                Runtime = new() { IntraOpThreads = 2, Arena = false, GraphOptimization = GraphOptimization.Basic },
                Batching = new(64, TimeSpan.FromMilliseconds(2)),
            },
            policy.Policy.Serving);
    }

    [Fact]
    public void Parse_OfLogging_KeepsWhatItSaysAndTheDefaultsOfTheRest()
    {
        var logging = PolicyDocument.Parse("""
            {"logging":{"mode":"acknowledged","sampleShare":0.25,"pressure":"rejectRequests","flushAfter":"PT0.5S","retentionDays":null,"coldAfterDays":7,"largeTensors":"blob",
                        "features":{"age":{"kind":"bucket","width":10},"entity_customer":{"kind":"hash"}}}}
            """, isYaml: false).Policy.Logging;
        Assert.Equal((LoggingMode.Acknowledged, 0.25, LogPressure.RejectRequests, TimeSpan.FromSeconds(0.5)), (logging.Mode, logging.SampleShare, logging.Pressure, logging.FlushAfter));
        Assert.Equal((null, 7, 16_384, 4096), (logging.RetentionDays, logging.ColdAfterDays, logging.FlushRows, logging.LargeTensorBytes));
        Assert.Equal(LargeTensors.Blob, logging.LargeTensors);
        Assert.Equal(new FeatureRule(FeatureRuleKind.Bucket, 10), logging.Features["age"]);
        Assert.Equal(FeatureRuleKind.Hash, logging.Features["entity_customer"].Kind);
    }

    [Theory]
    [InlineData("""{"serving":{"maxQeue":1}}""", "/serving/maxQeue")]
    [InlineData("""{"serving":{"maxQueue":-1}}""", "/serving/maxQueue")]
    [InlineData("""{"serving":{"maxQueue":"1"}}""", "/serving/maxQueue")]
    [InlineData("""{"serving":{"timeout":"30 seconds"}}""", "/serving/timeout")]
    [InlineData("""{"serving":{"timeout":"PT1H"}}""", "/serving/timeout")]
    [InlineData("""{"serving":{"timeout":"PT"}}""", "/serving/timeout")]
    [InlineData("""{"serving":{"batching":{"maxRows":2}}}""", "/serving/batching")]
    [InlineData("""{"serving":{"batching":{"maxRows":2,"maxDelay":"PT5S"}}}""", "/serving/batching/maxDelay")]
    [InlineData("""{"serving":{"runtime":{"graphOptimization":"ALL"}}}""", "/serving/runtime/graphOptimization")]
    [InlineData("""{"logging":{"mode":"sometimes"}}""", "/logging/mode")]
    [InlineData("""{"logging":{"largeTensors":"disk"}}""", "/logging/largeTensors")]
    [InlineData("""{"logging":{"sampleShare":1.5}}""", "/logging/sampleShare")]
    [InlineData("""{"logging":{"flushAfter":"PT2M"}}""", "/logging/flushAfter")]
    [InlineData("""{"logging":{"retentionDays":0}}""", "/logging/retentionDays")]
    [InlineData("""{"logging":{"features":{"age":{"kind":"bucket","width":0}}}}""", "/logging/features/age/width")]
    [InlineData("""{"logging":{"features":{"age":{"width":2}}}}""", "/logging/features/age/kind")]
    [InlineData("""{"registration":null}""", "/registration")]
    [InlineData("""{"serving":{"maxQueue":1e999}}""", "/serving/maxQueue")]
    [InlineData("""{"serving":{"batching":{"maxRows":-36893488147419103232}}}""", "/serving/batching/maxRows")]
    [InlineData("1844674407370955161446744073709551615", "/")]
    [InlineData("[]", "/")]
    [InlineData("null", "/")]
    public void Parse_OfABreach_SaysWhere(string json, string pointer)
    {
        var problem = Assert.Throws<ProblemException>(() => PolicyDocument.Parse(json, isYaml: false));
        Assert.Equal(ProblemKind.InvalidPolicy, problem.Kind);
        Assert.StartsWith(pointer, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfSeveralBreaches_NamesThemAll()
    {
        var problem = Assert.Throws<ProblemException>(() =>
            PolicyDocument.Parse("""{"serving":{"maxQueue":-1,"missing":"maybe"},"registration":{"firstVersion":1}}""", isYaml: false));
        Assert.Contains("/serving/maxQueue", problem.Message, StringComparison.Ordinal);
        Assert.Contains("/serving/missing", problem.Message, StringComparison.Ordinal);
        Assert.Contains("champion, candidate", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", false)]
    [InlineData("""{"serving":{},"serving":{}}""", false)]
    [InlineData("""
        "\ud800"
        """, false)]
    [InlineData("""{"serving":{"missing":"\udc00\ud800"}}""", false)]
    [InlineData("""{"\ud800":1}""", false)]
    [InlineData("a: [", true)]
    [InlineData("a: 1\na: 2", true)]
    [InlineData("--- {}\n--- {}", true)]
    [InlineData("a: &a [*a, *a]", true)]
    [InlineData("? [a, b]\n: 1", true)]
    public void Parse_OfUnreadableText_IsRefused(string text, bool isYaml) => Assert.Equal(
        ProblemKind.InvalidRequest, Assert.Throws<ProblemException>(() => PolicyDocument.Parse(text, isYaml)).Kind);

    [Fact]
    public void Parse_OfAYamlBomb_IsRefused()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(n =>
            $"a{n}: &a{n} [{string.Join(",", Enumerable.Repeat($"*a{n - 1}", 10))}]\n"));
        Assert.Equal(ProblemKind.InvalidRequest, Assert.Throws<ProblemException>(() => PolicyDocument.Parse(bomb, isYaml: true)).Kind);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Parse_OfAHundredThousandBrackets_IsRefused(char bracket) => Assert.Equal(
        ProblemKind.InvalidRequest, Assert.Throws<ProblemException>(() => PolicyDocument.Parse(new string(bracket, 100_000), isYaml: true)).Kind);

    [Fact]
    public void Parse_OfYamlChangedByChance_IsReadOrRefused()
    {
        const string Yaml = "serving:\n  timeout: PT1S\n  batching: {maxRows: 64}\nrollout: &a\n  strategy: \"canary\"\nmonitoring: |\n  a\n  b\n# end\n";
        const string Nasty = "[]{}:,&*?!|>-#%@`'\"\\ \n\t\r\0\uFEFF\uD800\u2028~0aé";
        var chance = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new System.Text.StringBuilder(Yaml);
            for (var changes = chance.Next(1, 6); changes > 0; changes--)
            {
                var at = chance.Next(text.Length);
                if (chance.Next(3) == 0) text.Remove(at, Math.Min(chance.Next(1, 9), text.Length - at));
                else text.Insert(at, Nasty[chance.Next(Nasty.Length)].ToString(), chance.Next(1, 4));
            }

            // Anything else that is thrown is a fault.
            if (Record.Exception(() => PolicyDocument.Parse(text.ToString(), isYaml: true)) is { } thrown and not ProblemException) Assert.Fail($"{thrown.GetType()} of {System.Text.Json.JsonSerializer.Serialize(text.ToString())}\n{thrown}");
        }
    }
}
