using System.Text.Json.Nodes;
using Serverless.Core.Rollout;
using Serverless.Services.Registry.Policies;

namespace Serverless.Services.Tests.Rollout;

/// <summary>Policies without contradictions, of every strategy, with and without whatever can be left out.</summary>
internal static class RandomPolicies
{
    public static PolicyDocument Draw(Random random)
    {
        var strategy = random.GetItems(Enum.GetValues<ReleaseStrategy>(), 1)[0];
        var release = new JsonObject
        {
            ["strategy"] = Camel(strategy), ["stepSize"] = 0.4, ["bakingTime"] = "PT10M", ["deadline"] = "P2D", ["minimumRows"] = random.Next(2) * 10,
            ["trial"] = new JsonObject { ["outcome"] = "click", ["minimumRows"] = 100, ["duration"] = "P1D", ["every"] = "PT1H" },
        };
        if (strategy == ReleaseStrategy.Steps) release["steps"] = new JsonArray(new JsonObject { ["share"] = 0.1 }, new JsonObject { ["share"] = 0.5, ["bakingTime"] = "PT1H" });
        var rollout = new JsonObject
        {
            ["start"] = Pick(random, "onRequest", "onRegistration"),
            ["validation"] = new JsonObject { ["enabled"] = random.Next(3) > 0 },
            ["shadow"] = new JsonObject
            {
                ["enabled"] = random.Next(2) == 0, ["minimumRows"] = 100, ["minimumDays"] = random.Next(2), ["margin"] = 0.05, ["deadline"] = "P2D",
                ["atDeadline"] = Pick(random, "ask", "reject", "proceed"), ["challengers"] = random.Next(1, 4),
            },
            ["release"] = release,
            ["approvals"] = Approvals(random),
            ["external"] = External(random),
            ["watch"] = Pick(random, "PT0S", "PT30M"), ["retirement"] = Pick(random, "PT30M", "P1D"), ["pauseLimit"] = "P1D",
            ["newer"] = Pick(random, "supersede", "queue", "reject"),
        };
        return PolicyDocument.Parse(new JsonObject { ["rollout"] = rollout }.ToJsonString(), isYaml: false);
    }

    private static JsonObject Approvals(Random random)
    {
        var approvals = new JsonObject { ["required"] = Pick(random, "none", "none", "one", "two"), ["before"] = Pick(random, "release", "promotion"), ["timeLimit"] = "P1D" };
        if (random.Next(4) == 0) approvals["approvers"] = new JsonArray("ada", "bob", "registrar");
        return approvals;
    }

    private static JsonObject External(Random random)
    {
        var gates = new JsonObject();
        foreach (var gate in new[] { "risk", "legal" })
            if (random.Next(4) == 0) gates[gate] = new JsonObject { ["before"] = Pick(random, "release", "promotion"), ["timeLimit"] = "PT1H", ["silence"] = Pick(random, "veto", "approve") };
        return gates;
    }

    private static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];

    private static string Camel(ReleaseStrategy strategy) => $"{char.ToLowerInvariant(strategy.ToString()[0])}{strategy.ToString()[1..]}";
}
