using System.Text.Json;

namespace Serverless.App.Tests.Telemetry;

/// <summary>What <c>infra/grafana</c> asks of Prometheus.</summary>
internal static class Dashboard
{
    /// <summary>The dashboard as it is.</summary>
    public static JsonElement Document { get; } = JsonDocument.Parse(InfraFiles.Read("infra", "grafana", "dashboards", "serverless-mlops.json")).RootElement;

    /// <summary>Its panels, rows left out.</summary>
    public static IReadOnlyList<JsonElement> Panels { get; } = [.. Document.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];

    /// <summary>Every query by the panel or annotation that asks it, with the variables filled in as Grafana does for all models.</summary>
    public static IReadOnlyList<(string Where, string Expression)> Queries { get; } =
    [
        .. Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target => (panel.GetProperty("title").GetString()!, Fill(target)))),
        .. Document.GetProperty("annotations").GetProperty("list").EnumerateArray().Select(annotation => (annotation.GetProperty("name").GetString()!, Fill(annotation))),
    ];

    /// <summary>The template variables by name.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Variables { get; } =
        Document.GetProperty("templating").GetProperty("list").EnumerateArray().ToDictionary(variable => variable.GetProperty("name").GetString()!);

    private static string Fill(JsonElement query) => query.GetProperty("expr").GetString()!
        .Replace("$__rate_interval", "15s", StringComparison.Ordinal).Replace("$model", ".*", StringComparison.Ordinal);
}
