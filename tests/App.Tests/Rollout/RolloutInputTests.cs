using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.Services.Events.Webhooks;
using Serverless.Testing;

namespace Serverless.App.Tests.Rollout;

/// <summary>What nobody should ask of a rollout, over HTTP: each is refused by name, and nothing has moved.</summary>
public sealed class RolloutInputTests(RolloutInputTests.Served served) : IClassFixture<RolloutInputTests.Served>
{
    private const string Secret = "a secret of enough letters";
    private const string Gate = "safety";

    [Fact]
    public async Task Policy_ThatContradictsItself_IsRefusedWithEachContradictionAtItsPlace()
    {
        var census = await RegisterAsync();
        var refused = await RefusedAsync(census, HttpMethod.Put, "/policy", HttpStatusCode.UnprocessableEntity, new
        {
            rollout = new
            {
                shadow = new { minimumDays = 30, deadline = "P1D", basis = "agreement", accept = "superior" },
                release = new { strategy = "steps", steps = new[] { new { share = 0.5 }, new { share = 0.2 } } },
                approvals = new { required = "two", approvers = new[] { "anna" } },
                guardrails = new { mine = new { expression = "performance.acuracy.difference.lower > -0.02" }, yours = new { expression = "shadow.agrement >= 0.9" } },
                watch = "PT2H",
                retirement = "PT1H",
            },
        });
        foreach (var place in (string[])["/rollout/shadow/deadline", "/rollout/shadow/accept", "/rollout/release/steps/1/share", "/rollout/approvals/approvers", "/rollout/guardrails/mine/expression", "/rollout/guardrails/yours/expression", "/rollout/retirement"])
            Assert.Contains(place + ":", refused, StringComparison.Ordinal);
        foreach (var meant in (string[])["performance.accuracy.difference.lower", "shadow.agreement"]) Assert.Contains($"did you mean {meant}?", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/rollouts", """{"version":99}""", 404, "version-not-found")]
    [InlineData("/rollouts", """{"version":1}""", 409, "is the champion already")]
    [InlineData("/rollouts", """{"version":2,"strategy":"hope"}""", 400, "invalid-request")]
    [InlineData("/rollouts", """{"version":2,"more":1}""", 400, "invalid-request")]
    [InlineData("/rollouts", """{}""", 400, "invalid-request")]
    [InlineData("/rollout/dance", """{"reason":"why not"}""", 404, "approve")]
    [InlineData("/rollout/abort", """{}""", 400, "A reason is needed")]
    [InlineData("/rollout/abort", """{"reason":" "}""", 400, "A reason is needed")]
    [InlineData("/rollback", "", 400, "A reason is needed")]
    [InlineData("/rollout/abort", """{"reason":"none is there"}""", 409, "is under way")]
    [InlineData("/rollback", """{"reason":"none is there"}""", 409, "could be sent back")]
    [InlineData("/policy/evaluate", """{"rollout":{"watch":"soon"}}""", 422, "invalid-policy")]
    public async Task Requests_ThatMeanNothing_AreRefusedByName(string path, string body, int status, string word)
    {
        var census = await RegisterAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await served.App.Client.PostAsync($"/models/{census.Name}{path}", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode} {text}");
        Assert.Contains(word, text, StringComparison.Ordinal);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, await served.App.Client.StatusAsync($"/models/{census.Name}/rollout"));
    }

    [Fact]
    public async Task Approval_ThatNobodyAskedFor_IsRefusedWithWhereItStands()
    {
        var census = await RegisterAsync();
        await census.PolicyAsync(new { validation = Off, watch = "PT1S" });
        await census.StartAsync(2);
        await census.ReachAsync("shadowing");
        Assert.Contains("It is shadowing: an approval before the promotion means nothing now.", await RefusedAsync(census, HttpMethod.Post, "/rollout/approve", HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Contains("Version 2 is under way", await RefusedAsync(census, HttpMethod.Post, "/rollouts", HttpStatusCode.Conflict, new { version = 2, strategy = "linear" }), StringComparison.Ordinal);
        var again = await census.StartAsync(2);
        Assert.Equal((await census.GetAsync("/rollout")).GetProperty("id").GetString(), again.GetProperty("id").GetString());
        await census.SendAsync(HttpMethod.Post, "/rollout/abort", new { reason = "over" });
        await census.AuditAsync();
    }

    [Fact]
    public async Task Verdict_OfAnotherSystem_CountsOnceAndOnlySignedFreshAndWhereItBelongs()
    {
        using var hook = await served.App.Client.PutAsJsonAsync($"/webhooks/{Gate}", new { url = "https://verdicts.example/", secret = Secret });
        Assert.True(hook.IsSuccessStatusCode, await hook.Content.ReadAsStringAsync());
        var (census, id) = await AwaitingAsync(new { safety = new { }, unsigned = new { webhook = "nobody" } });
        var now = TimeProvider.System.GetUtcNow();
        var body = Verdict(id, Gate);

        await SaysAsync(census, id, Gate, body, now, HttpStatusCode.Unauthorized, "No signature is the secret's", secret: "another secret of enough letters");
        await SaysAsync(census, id, Gate, body, now.AddMinutes(-6), HttpStatusCode.Unauthorized, "signed more than 5 minutes ago");
        await SaysAsync(census, id, Gate, body, now.AddMinutes(6), HttpStatusCode.Unauthorized, "a clock is wrong");
        await SaysAsync(census, id, Gate, body, now, HttpStatusCode.Unauthorized, "signed with the headers", sign: false);
        await SaysAsync(census, id, Gate, Verdict(Guid.CreateVersion7(now).ToString(), Gate), now, HttpStatusCode.BadRequest, "the address names gate safety of");
        await SaysAsync(census, id, "astrology", Verdict(id, "astrology"), now, HttpStatusCode.NotFound, "no external gate astrology");
        await SaysAsync(census, id, "unsigned", Verdict(id, "unsigned"), now, HttpStatusCode.Conflict, "does not exist or has no secret");
        await SaysAsync(census, Guid.CreateVersion7(now).ToString(), Gate, body, now, HttpStatusCode.NotFound, "has no rollout");
        await SaysAsync(census, id, Gate, Verdict(id, Gate, ""), now, HttpStatusCode.BadRequest, "reason");
        Assert.False((await census.GetAsync("/rollout")).TryGetProperty("external", out _));

        await SaysAsync(census, id, Gate, body, now, HttpStatusCode.OK, "awaitingApproval");
        var agreed = (await census.GetAsync("/rollout")).GetProperty("external").GetRawText();
        var told = await AuditedAsync(census);
        await SaysAsync(census, id, Gate, body, now, HttpStatusCode.OK, "awaitingApproval");
        Assert.Equal((agreed, told), ((await census.GetAsync("/rollout")).GetProperty("external").GetRawText(), await AuditedAsync(census)));
        await SaysAsync(census, id, Gate, body, now, HttpStatusCode.Conflict, "safety has agreed already", message: "another");
        await census.SendAsync(HttpMethod.Post, "/rollout/abort", new { reason = "over" });
        await census.AuditAsync();
    }

    private static object Off { get; } = new { enabled = false };

    private async Task<CensusModel> RegisterAsync()
    {
        var census = new CensusModel(served.App);
        await census.RegisterAsync("adult_champion", "adult_equal");
        return census;
    }

    private async Task<(CensusModel Census, string Rollout)> AwaitingAsync(object external)
    {
        var census = await RegisterAsync();
        await census.PolicyAsync(new { validation = Off, shadow = Off, release = new { strategy = "allAtOnce" }, external });
        await census.StartAsync(2);
        return (census, (await census.ReachAsync("awaitingApproval")).GetProperty("id").GetString()!);
    }

    private static async Task<string> RefusedAsync(CensusModel census, HttpMethod method, string path, HttpStatusCode status, object? body = null) =>
        (await census.SendAsync(method, path, body ?? new { }, status)).GetRawText();

    private static async Task<int> AuditedAsync(CensusModel census) => (await census.GetAsync("/audit?pageSize=200")).GetProperty("items").GetArrayLength();

    private static byte[] Verdict(string rollout, string gate, string reason = "looks safe") => JsonSerializer.SerializeToUtf8Bytes(new { rollout, gate, approved = true, reason });

    private async Task SaysAsync(CensusModel census, string rollout, string gate, byte[] body, DateTimeOffset signed, HttpStatusCode expected, string word, string secret = Secret, bool sign = true, string message = "msg-1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(served.App.Address, $"/models/{census.Name}/rollouts/{rollout}/verdicts/{gate}")) { Content = new ByteArrayContent(body) };
        if (sign)
        {
            request.Headers.Add("webhook-id", message);
            request.Headers.Add("webhook-timestamp", WebhookSignature.Timestamp(signed));
            request.Headers.Add("webhook-signature", WebhookSignature.Sign(secret, message, signed, body));
        }

        using var answer = await served.App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{word}: {(int)answer.StatusCode} {text}");
        Assert.Contains(word, text, StringComparison.Ordinal);
    }

    /// <summary>The application of this class.</summary>
    public sealed class Served(AzuriteFixture azurite) : IAsyncLifetime
    {
        private AppProcess? app;

        internal AppProcess App => app!;

        public async ValueTask InitializeAsync() => app = await SuiteCalls.StartAsync(azurite.ConnectionString);

        public ValueTask DisposeAsync() => app?.DisposeAsync() ?? default;
    }
}
