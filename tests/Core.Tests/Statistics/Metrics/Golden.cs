using System.Collections.Concurrent;
using System.Text.Json;

namespace Serverless.Core.Tests.Statistics.Metrics;

/// <summary>A member of an object in a golden file.</summary>
internal readonly record struct GoldenMember(string Name, Golden Value);

/// <summary>A node of a file of reference results that remembers whether a test has read it; not-a-number and infinities are strings there.</summary>
internal sealed class Golden
{
    private static readonly ConcurrentDictionary<string, Lazy<Golden>> Files = new();

    private readonly JsonElement _element;
    private readonly GoldenMember[] _members = [];
    private readonly Golden[] _items = [];
    private volatile bool _read;

    private Golden(JsonElement element)
    {
        _element = element;
        if (element.ValueKind == JsonValueKind.Object) _members = [.. element.EnumerateObject().Select(member => new GoldenMember(member.Name, new Golden(member.Value)))];
        if (element.ValueKind == JsonValueKind.Array) _items = [.. element.EnumerateArray().Select(item => new Golden(item))];
    }

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "data", "golden");

    /// <summary>Nothing is copied: everyone who asks for a file reads the same nodes.</summary>
    public static Golden File(string name) =>
        Files.GetOrAdd(name, _ => new(() => new Golden(JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder, name + ".json"))).RootElement))).Value;

    public JsonValueKind ValueKind
    {
        get
        {
            _read |= _element.ValueKind == JsonValueKind.Null;
            return _element.ValueKind;
        }
    }

    public Golden this[int index] => _items[index];

    public Golden GetProperty(string name) => TryGetProperty(name, out var found) ? found : throw new KeyNotFoundException(name);

    public bool TryGetProperty(string name, out Golden found)
    {
        found = _members.FirstOrDefault(member => member.Name == name).Value;
        return found is not null;
    }

    public IEnumerable<Golden> EnumerateArray() => _items;

    public IEnumerable<GoldenMember> EnumerateObject() => _members;

    public int GetArrayLength() => _items.Length;

    public double GetDouble() => Leaf.GetDouble();

    public int GetInt32() => Leaf.GetInt32();

    public long GetInt64() => Leaf.GetInt64();

    public bool GetBoolean() => Leaf.GetBoolean();

    public string? GetString() => Leaf.GetString();

    /// <summary>What no test has read, but for what only names or explains.</summary>
    public IEnumerable<string> Unread(string path, IReadOnlySet<string> explains) =>
        _members.Where(member => !explains.Contains(member.Name)).SelectMany(member => member.Value.Unread($"{path}.{member.Name}", explains))
            .Concat(_items.SelectMany((item, at) => item.Unread($"{path}[{at}]", explains)))
            .Concat(!_read && _element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) ? [path] : []);

    private JsonElement Leaf
    {
        get
        {
            _read = true;
            return _element;
        }
    }
}
