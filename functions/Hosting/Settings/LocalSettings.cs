using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Hosting.Settings;

/// <summary><c>local.settings.json</c>: optional, beside the application or the solution. Environment and command line win over it.</summary>
internal static class LocalSettings
{
    private const string Name = "local.settings.json";
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static Dictionary<string, string?> Read()
    {
        var path = new[] { AppContext.BaseDirectory, ApplicationRoot.Path }.Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);
        return path is null ? [] : Parse(File.ReadAllText(path), path);
    }

    public static Dictionary<string, string?> Parse(string text, string path)
    {
        try
        {
            var file = JsonNode.Parse(text, documentOptions: Lenient) as JsonObject ?? throw new FormatException("it is not a JSON object.");
            if (file["IsEncrypted"]?.GetValue<bool>() == true) throw new InvalidOperationException($"{path} is encrypted: `func settings decrypt` makes it readable.");
            var values = (file["Values"]?.AsObject() ?? []).Where(value => !value.Key.StartsWith("//", StringComparison.Ordinal))
                .ToDictionary(value => value.Key.Replace("__", ":", StringComparison.Ordinal), value => value.Value?.ToString(), StringComparer.OrdinalIgnoreCase);
            if (file["Host"]?["LocalHttpPort"]?.ToString() is { } port) values.TryAdd("urls", $"http://127.0.0.1:{port}");
            return values;
        }
        catch (Exception problem) when (problem is JsonException or FormatException)
        {
            throw new InvalidOperationException($"{path} can't be read: {problem.Message}", problem);
        }
    }
}
