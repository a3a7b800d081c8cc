using System.Globalization;
using System.Text.Json.Nodes;
using Serverless.Core.Problems;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Serverless.Services.Registry.Policies;

/// <summary>YAML as the JSON it means, by the rules of YAML's JSON schema: plain scalars are numbers, booleans and null, quoted ones text.</summary>
internal static class PolicyYaml
{
    private const int MaximumNodes = 10_000;
    private const int MaximumDepth = 32;

    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static JsonNode? ToJson(string text)
    {
        var documents = Load(text);
        var nodes = 0;
        return documents.Count switch
        {
            0 => new JsonObject(),
            1 => Convert(documents[0].RootNode, depth: 0, ref nodes),
            _ => throw new ProblemException(ProblemKind.InvalidRequest, "The policy is one YAML document, not several."),
        };
    }

    private static IList<YamlDocument> Load(string text)
    {
        try
        {
            Measure(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents;
        }
        catch (YamlException e)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, $"The policy is not YAML: {e.Message} (line {e.Start.Line}, column {e.Start.Column})");
        }
        // The library meets some broken texts with whatever breaks first inside of it.
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or NullReferenceException)
        {
            throw new ProblemException(ProblemKind.InvalidRequest, "The policy is not YAML.");
        }
    }

    // Event by event, which needs no stack of its own: nodes are loaded by recursion, and a few hundred thousand brackets would end the process.
    private static void Measure(string text)
    {
        var (nodes, depth) = (0, 0);
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is NodeEvent) nodes++;
            // The stream and the document are levels, too.
            if (nodes > MaximumNodes || depth > MaximumDepth + 2) throw TooLarge();
        }
    }

    private static ProblemException TooLarge() => new(ProblemKind.InvalidRequest, "The policy is too large or too deep.");

    /// <summary>JSON as YAML, in block style; texts that plain YAML would read as something else are quoted.</summary>
    public static string Of(JsonNode? json)
    {
        var text = new StringWriter();
        new YamlStream(new YamlDocument(Node(json))).Save(text, assignAnchors: false);
        return text.ToString().TrimEnd().TrimEnd('.').TrimEnd() + "\n";
    }

    private static YamlNode Node(JsonNode? json) => json switch
    {
        JsonObject map => new YamlMappingNode(map.Select(member => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(member.Key), Node(member.Value)))),
        JsonArray list => new YamlSequenceNode(list.Select(Node)),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => Text(value.GetValue<string>()),
        _ => new YamlScalarNode(json?.ToJsonString() ?? "null"),
    };

    private static YamlScalarNode Text(string text)
    {
        var plain = new YamlScalarNode(text) { Style = ScalarStyle.Plain };
        return Scalar(plain)?.GetValueKind() == System.Text.Json.JsonValueKind.String ? new(text) : new(text) { Style = ScalarStyle.DoubleQuoted };
    }

    private static JsonNode? Convert(YamlNode node, int depth, ref int nodes)
    {
        // Aliases can make a small text enormous, or endless.
        if (++nodes > MaximumNodes || depth > MaximumDepth) throw TooLarge();
        switch (node)
        {
            case YamlMappingNode map:
                var json = new JsonObject();
                foreach (var (key, value) in map.Children) json[Name(key)] = Convert(value, depth + 1, ref nodes);
                return json;
            case YamlSequenceNode list:
                var array = new JsonArray();
                foreach (var item in list.Children) array.Add(Convert(item, depth + 1, ref nodes));
                return array;
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    private static string Name(YamlNode key) => key is YamlScalarNode scalar ? scalar.Value ?? ""
        : throw new ProblemException(ProblemKind.InvalidRequest, "A member's name is text, not a list or a mapping.");

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain) return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) => JsonValue.Create(real),
            _ => JsonValue.Create(text),
        };
    }
}
