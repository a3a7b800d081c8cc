using System.Text.Json.Nodes;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>A step as an incoming webhook of Slack takes it: Block Kit, and a line for notifications.</summary>
internal static class SlackBlocks
{
    private const int LongestHeader = 150;
    private const int LongestText = 2900;

    public static JsonObject Of(AlertNotice notice) => new()
    {
        ["text"] = Escape(WebhookBodies.Title(notice)),
        ["blocks"] = new JsonArray([.. Blocks(notice)]),
    };

    private static IEnumerable<JsonObject> Blocks(AlertNotice notice)
    {
        yield return new() { ["type"] = "header", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = Cut(WebhookBodies.Title(notice), LongestHeader), ["emoji"] = true } };
        yield return new() { ["type"] = "section", ["fields"] = new JsonArray([.. WebhookBodies.Facts(notice).Select(fact => Markdown($"*{fact.Name}*\n{Escape(fact.Value)}"))]) };
        if (notice.Top.Count > 0) yield return Section(string.Join('\n', WebhookBodies.Changes(notice).Select(change => $"• {Escape(change)}")));
        if (notice.Diagnosis is { } diagnosis) yield return Section(Escape(diagnosis.Text));
        var links = string.Join("  ·  ", WebhookBodies.Links(notice).Select(link => $"<{link.Url}|{link.Name}>"));
        if (links.Length > 0) yield return new() { ["type"] = "context", ["elements"] = new JsonArray(Markdown(links)) };
    }

    private static JsonObject Section(string text) => new() { ["type"] = "section", ["text"] = Markdown(text) };

    private static JsonObject Markdown(string text) => new() { ["type"] = "mrkdwn", ["text"] = Cut(text, LongestText) };

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + '…';
}
