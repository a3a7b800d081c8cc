using System.Globalization;
using System.Text;

namespace Serverless.App.Tests.Fuzz;

/// <summary>Requests to what belongs to the host and not to the application, by somebody who has no key of the host.</summary>
internal static class HostDoors
{
    /// <summary>How such a request names its function.</summary>
    public const string Name = "the host";

    /// <summary>Paths.</summary>
    public static readonly string[] Doors =
    [
        "/index.html", "/favicon.ico", "/robots.txt", "/.env", "/host.json", "/local.settings.json", "/api", "/swagger", "/admin", "/admin/", "/admin/host", "/admin/host/status", "/admin/host/keys", "/admin/host/systemkeys/_master",
        "/admin/functions", "/admin/functions/PutKey", "/admin/functions/PutKey/status", "/admin/functions/PutKey/keys", "/admin/functions/../functions", "/ADMIN/functions", "/admin/vfs/home", "/runtime", "/runtime/webhooks",
        "/runtime/webhooks/EventGrid", "/runtime/webhooks/EventGrid?functionName=ProjectRegistryEvent", "/runtime/webhooks/EventGrid?functionName=%00&code=x", "/runtime/webhooks/eventgrid?functionName=TellWebhooks", "/runtime/webhooks/blobs?functionName=x",
        "/runtime/webhooks/workflow", "/runtime/eventgrid/topics/local/api/events", "/runtime/eventgrid/topics/other/api/events",
    ];

    private static readonly string[] Bodies =
    [
        "", "{}", "[]", "null", "[[[", "{\"input\":\"x\"}", """[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","subject":"s","data":{"validationCode":"c"}}]""",
        """{"id":"1","specversion":"1.0","type":"Serverless.Registry.AliasMoved","source":"/models/a","data":{}}""",
    ];

    /// <summary>One by chance.</summary>
    public static FuzzedRequest Knock(Random chance)
    {
        var (method, door, body) = (Pick(chance, ["GET", "GET", "POST", "POST", "PUT", "DELETE", "OPTIONS"]), Pick(chance, Doors), Pick(chance, Bodies));
        var head = string.Create(CultureInfo.InvariantCulture, $"{method} {door} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        if (chance.Next(2) == 0) head += $"{Pick(chance, ["x-functions-key", "aeg-sas-key", "x-api-key", "x-ms-client-principal"])}: {Pick(chance, ["wrong", "", new string('k', 3000), "e30="])}\r\n";
        if (chance.Next(2) == 0) head += $"aeg-event-type: {Pick(chance, ["Notification", "SubscriptionValidation", "Unsubscribe", "x"])}\r\n";
        return new(Name, Encoding.Latin1.GetBytes($"{head}\r\n{body}"), WireEnd.GoesOn, HasNoBody: false, IsRouted: false);
    }

    private static string Pick(Random chance, string[] from) => from[chance.Next(from.Length)];
}
