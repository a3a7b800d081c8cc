using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference;

/// <summary>What a caller sends beside the features: the routing key, and segments and entities by name, for the whole request or row by row.</summary>
internal sealed partial class CallerKeys
{
    /// <summary>Segments of one row, at most.</summary>
    public const int MaximumSegments = 32;
    /// <summary>Entities of one row, at most.</summary>
    public const int MaximumEntities = 16;

    private const int LongestValue = 256;

    private List<KeyValuePair<string, string>>? segments;
    private List<KeyValuePair<string, string>>? entities;

    /// <summary>The routing key.</summary>
    public string? RoutingKey { get; private set; }

    /// <summary>Segments of all rows.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Segments => segments;

    /// <summary>Entities of all rows.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Entities => entities;

    /// <summary>Each row's segments.</summary>
    public List<IReadOnlyList<KeyValuePair<string, string>>>? RowSegments { get; private set; }

    /// <summary>Each row's entities.</summary>
    public List<IReadOnlyList<KeyValuePair<string, string>>>? RowEntities { get; private set; }

    /// <summary>The routing key; the last one that is told counts, so that a body's goes before a header's.</summary>
    public void Route(string? key)
    {
        if (string.IsNullOrEmpty(key)) return;
        RoutingKey = Encoding.UTF8.GetByteCount(key) <= LongestValue ? key : throw JsonRequest.Wrong("key", $"is text of up to {LongestValue} bytes");
    }

    /// <summary>Takes a parameter named <c>key</c>, <c>segment.…</c> or <c>entity.…</c> whose value the reader stands on; false for any other.</summary>
    public bool TryTake(string name, ref Utf8JsonReader reader)
    {
        if (name == "key") Route(Text(name, ref reader));
        else if (name.StartsWith("segment.", StringComparison.Ordinal)) Add(segments ??= [], "segment", name["segment.".Length..], MaximumSegments, ref reader);
        else if (name.StartsWith("entity.", StringComparison.Ordinal)) Add(entities ??= [], "entity", name["entity.".Length..], MaximumEntities, ref reader);
        else return false;
        return true;
    }

    /// <summary>Reads <c>segment</c>: an object, or an array with one for each row.</summary>
    public void ReadSegments(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray) RowSegments = ReadEach(ref reader, "segment", MaximumSegments);
        else segments = ReadObject(ref reader, "segment", MaximumSegments);
    }

    /// <summary>Reads <c>entities</c>: an object, or an array with one for each row.</summary>
    public void ReadEntities(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray) RowEntities = ReadEach(ref reader, "entities", MaximumEntities);
        else entities = ReadObject(ref reader, "entities", MaximumEntities);
    }

    /// <summary>Refuses arrays that are not as long as the rows.</summary>
    public void Check(int rows)
    {
        if (RowSegments is { } each && each.Count != rows) throw JsonRequest.Wrong("segment", $"has {each.Count} elements for {rows} rows");
        if (RowEntities is { } all && all.Count != rows) throw JsonRequest.Wrong("entities", $"has {all.Count} elements for {rows} rows");
    }

    /// <summary>Forgets everything. What was handed out stays as it is.</summary>
    public void Clear() => (RoutingKey, segments, entities, RowSegments, RowEntities) = (null, null, null, null, null);

    private static List<IReadOnlyList<KeyValuePair<string, string>>> ReadEach(ref Utf8JsonReader reader, string member, int most)
    {
        var rows = new List<IReadOnlyList<KeyValuePair<string, string>>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) rows.Add(ReadObject(ref reader, member, most));
        return rows;
    }

    private static List<KeyValuePair<string, string>> ReadObject(ref Utf8JsonReader reader, string member, int most)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong(member, "is an object, or an array with one for each row");
        var pairs = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            Add(pairs, member, name, most, ref reader);
        }
        return pairs;
    }

    private static void Add(List<KeyValuePair<string, string>> pairs, string member, string name, int most, ref Utf8JsonReader reader)
    {
        if (!Name().IsMatch(name)) throw JsonRequest.Wrong(member, $"has the key \"{name}\"; a key is 1 to 64 letters, digits, dots, dashes and underscores");
        if (pairs.Exists(pair => pair.Key == name)) throw Refuse.Duplicate(Encoding.UTF8.GetBytes(name));
        if (pairs.Count == most) throw JsonRequest.Wrong(member, $"has more than {most} keys");
        if (Text(name, ref reader) is { } value) pairs.Add(new(name, value));
    }

    // Numbers and truth values are kept as they are written; null says nothing.
    private static string? Text(string name, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False when reader.ValueSpan.Length <= LongestValue =>
            reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw JsonRequest.Wrong(name, $"is text of up to {LongestValue} bytes, a number or a truth value"),
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_.\-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
