using System.Text;
using System.Text.Json.Nodes;

namespace Serverless.App.Tests.Fuzz;

/// <summary>Changes what is valid: in its structure, or in its bytes.</summary>
internal static class Mutations
{
    // Stands where something goes that no JSON library writes.
    private const string Mark = "\u241F";

    /// <summary>A document with one to three changes, as text.</summary>
    public static string Json(JsonNode? node, Random chance)
    {
        var root = new JsonObject { ["root"] = node?.DeepClone() };
        var raw = new List<string>();
        for (var changes = chance.Next(1, 4); changes > 0; changes--) Change(root, raw, chance);
        var text = new StringBuilder(root["root"]?.ToJsonString() ?? "null");
        for (var index = 0; index < raw.Count; index++) text.Replace(Placeholder(index).ToJsonString(), raw[index]);
        return text.ToString();
    }

    /// <summary>Bytes with some flipped, cut, doubled or put in between.</summary>
    public static byte[] Bytes(byte[] content, Random chance)
    {
        var bytes = content.ToList();
        for (var changes = chance.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = chance.Next(bytes.Count);
            var length = Math.Min(chance.Next(1, 64), bytes.Count - at);
            switch (chance.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << chance.Next(8)); break;
                case 1: bytes[at] = (byte)chance.Next(256); break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                default: bytes.InsertRange(at, Nasty.Bytes[chance.Next(Nasty.Bytes.Length)]); break;
            }
        }

        return [.. bytes];
    }

    private static void Change(JsonObject root, List<string> raw, Random chance)
    {
        var places = Places(root).ToList();
        var (parent, key) = places[chance.Next(places.Count)];
        var value = Get(parent, key);
        switch (chance.Next(9))
        {
            case 0: Remove(parent, key); break;
            case 1: Set(parent, key, new JsonArray(value?.DeepClone())); break;
            case 2 when value is JsonArray { Count: > 0 } items: Set(parent, key, new JsonArray([.. Enumerable.Range(0, chance.Next(2, 300)).Select(index => items[index % items.Count]?.DeepClone())])); break;
            case 3 when value is JsonObject members: members[Nasty.Texts[chance.Next(Nasty.Texts.Length)]] = JsonValue.Create(Nasty.Texts[chance.Next(Nasty.Texts.Length)]); break;
            case 4 when parent is JsonObject && parent != root: Raw($"{value?.ToJsonString() ?? "null"},{JsonValue.Create((string)key).ToJsonString()}:{Nasty.Json[chance.Next(Nasty.Json.Length)]}"); break;
            case 5: Set(parent, key, JsonValue.Create(Nasty.Texts[chance.Next(Nasty.Texts.Length)])); break;
            case 6: (var other, var from) = places[chance.Next(places.Count)]; Set(parent, key, Get(other, from)?.DeepClone()); break;
            default: Raw(Nasty.Json[chance.Next(Nasty.Json.Length)]); break;
        }

        void Raw(string text)
        {
            Set(parent, key, Placeholder(raw.Count));
            raw.Add(text);
        }
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Here(node, member.Key, member.Value)),
        JsonArray items => items.SelectMany((item, index) => Here(node, index, item)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, object Key)> Here(JsonNode parent, object key, JsonNode? value) => value is null ? [(parent, key)] : Places(value).Prepend((parent, key));

    private static JsonNode? Get(JsonNode parent, object key) => key is int index ? parent[index] : parent[(string)key];

    private static void Set(JsonNode parent, object key, JsonNode? value)
    {
        if (key is int index) parent[index] = value;
        else parent[(string)key] = value;
    }

    private static void Remove(JsonNode parent, object key)
    {
        if (parent is JsonArray items) items.RemoveAt((int)key);
        else if (parent.AsObject().Count > 1 || (string)key != "root") parent.AsObject().Remove((string)key);
    }

    private static JsonValue Placeholder(int index) => JsonValue.Create($"{Mark}{index}{Mark}");
}
