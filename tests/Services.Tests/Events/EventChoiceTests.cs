using System.Text.Json;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Services.Registry.Webhooks;

namespace Serverless.Services.Tests.Events;

public sealed class EventChoiceTests
{
    private const string Secret = "a secret of enough letters";

    private static readonly DateTimeOffset Now = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Serverless.Rollout.*", "Serverless.Rollout.Moved", true)]
    [InlineData("Serverless.Rollout.*", "Serverless.Registry.AliasMoved", false)]
    [InlineData("Serverless.Registry.VersionRegistered", "Serverless.Registry.VersionRegistered", true)]
    [InlineData("Serverless.Registry.Version*", "Serverless.Registry.VersionQuarantined", true)]
    [InlineData("Serverless.*", "Serverless.Monitoring.AlertFired", true)]
    [InlineData("serverless.rollout.*", "Serverless.Rollout.Moved", false)]
    [InlineData("alertFired", "Serverless.Monitoring.AlertFired", true)]
    [InlineData("alertFired", "Serverless.Monitoring.AlertResolved", false)]
    public void Choice_TakesTypes(string choice, string type, bool takes) => Assert.Equal(takes, EventChoice.Takes(choice, type));

    [Fact]
    public void Webhook_ThatChoosesNothing_TakesEveryStepOfAlerts_AndNothingElse()
    {
        var hook = new WebhookRequest("https://example.com/", Secret: Secret).Webhook("id", null, "ada", Now, new());
        Assert.Equal(["alertAcknowledged", "alertFired", "alertReminded", "alertResolved"], hook.Events);
        Assert.True(hook.Wants("Serverless.Monitoring.AlertReminded", "iris", AlertSeverity.Info));
        Assert.False(hook.Wants("Serverless.Registry.AliasMoved", "iris", null));
    }

    [Fact]
    public void Webhook_ThatChooses_TakesItsTypes_OfItsModels_WhateverTheirSeverity()
    {
        var hook = new WebhookRequest("https://example.com/", Secret: Secret, Events: ["Serverless.Rollout.*", "ALERTFIRED", "alertFired"], Models: ["ir*"], MinimumSeverity: AlertSeverity.Critical).Webhook("id", null, "ada", Now, new());
        Assert.Equal(["Serverless.Rollout.*", "alertFired"], hook.Events);
        Assert.True(hook.Wants("Serverless.Rollout.Promoted", "iris", null));
        Assert.False(hook.Wants("Serverless.Rollout.Promoted", "wine", null));
        Assert.False(hook.Wants("Serverless.Monitoring.AlertFired", "iris", AlertSeverity.Warning));
    }

    [Theory]
    [InlineData("Serverless.Nothing.*", WebhookFormat.CloudEvents)]
    [InlineData("aliasMoved", WebhookFormat.CloudEvents)]
    [InlineData("", WebhookFormat.CloudEvents)]
    [InlineData("Serverless.Rollout.*", WebhookFormat.Slack)]
    [InlineData("*", WebhookFormat.Teams)]
    public void Webhook_ThatCanNeverBeTold_IsRefused(string choice, WebhookFormat format) => Assert.Equal(
        "events", Assert.Throws<ProblemException>(() => new WebhookRequest("https://example.com/", format, Secret, [choice]).Webhook("id", null, "ada", Now, new())).Where);

    [Fact]
    public void Slack_TakesAlerts_ByTheirTypes() =>
        Assert.Equal(["Serverless.Monitoring.*"], new WebhookRequest("https://example.com/", WebhookFormat.Slack, null, ["Serverless.Monitoring.*"]).Webhook("id", null, "ada", Now, new()).Events);

    [Fact]
    public void Webhook_AsItWasKept_WhenOnlyAlertsWereTold_IsRead()
    {
        const string Old = """{"id":"pager","url":"https://example.com/","format":"cloudEvents","secret":"s","events":["alertFired","alertResolved"],"models":["*"],"minimumSeverity":"warning","created":"2026-11-23T00:00:00+00:00","updated":"2026-11-23T00:00:00+00:00","actor":"ada","revision":3}""";
        var hook = JsonSerializer.Deserialize(Old, WebhookStoredJson.Default.Webhook)!;
        Assert.True(hook.Wants("Serverless.Monitoring.AlertResolved", "iris", AlertSeverity.Warning));
        Assert.False(hook.Wants("Serverless.Monitoring.AlertReminded", "iris", AlertSeverity.Warning));
    }
}
