using System.Text.Json.Nodes;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>A step as the Workflows webhook of Microsoft Teams takes it: a message with an Adaptive Card.</summary>
internal static class TeamsCard
{
    public static JsonObject Of(AlertNotice notice) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = Card(notice) }),
    };

    private static JsonObject Card(AlertNotice notice) => new()
    {
        ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
        ["type"] = "AdaptiveCard",
        ["version"] = "1.4",
        ["body"] = new JsonArray([Title(notice), Facts(notice), .. Texts(notice)]),
        ["actions"] = new JsonArray([.. WebhookBodies.Links(notice).Select(link => new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = link.Name, ["url"] = link.Url })]),
        ["msteams"] = new JsonObject { ["width"] = "Full" },
    };

    private static JsonObject Title(AlertNotice notice)
    {
        var title = Text(Plain(WebhookBodies.Title(notice)));
        title["size"] = "Large";
        title["weight"] = "Bolder";
        title["color"] = notice.Status == AlertStatus.Resolved ? "Good" : notice.Severity == AlertSeverity.Critical ? "Attention" : "Warning";
        return title;
    }

    private static JsonObject Facts(AlertNotice notice) => new()
    {
        ["type"] = "FactSet",
        ["facts"] = new JsonArray([.. WebhookBodies.Facts(notice).Select(fact => new JsonObject { ["title"] = fact.Name, ["value"] = Plain(fact.Value) })]),
    };

    private static IEnumerable<JsonObject> Texts(AlertNotice notice)
    {
        foreach (var change in WebhookBodies.Changes(notice)) yield return Text("- " + Plain(change));
        if (notice.Diagnosis is { } diagnosis) yield return Text(Plain(diagnosis.Text));
    }

    private static JsonObject Text(string text) => new() { ["type"] = "TextBlock", ["text"] = text, ["wrap"] = true };

    // Cards read Markdown: names with underscores and links in words stay what they are.
    private static string Plain(string text) => string.Concat(text.Select(letter => letter is '\\' or '*' or '_' or '[' or ']' or '(' or ')' or '`' or '<' or '>' or '#' ? $"\\{letter}" : $"{letter}"));
}
