using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Serverless.Services.Reference;

/// <summary>What the sources say of a class and its members, read from the XML files beside the assemblies.</summary>
public sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> members;

    private XmlDocs(Dictionary<string, XElement> members) => this.members = members;

    /// <summary>Reads the suite's files; what has none stays without words.</summary>
    public static XmlDocs Load() => new(
        Directory.EnumerateFiles(AppContext.BaseDirectory, "Serverless.*.xml").SelectMany(file => XDocument.Load(file).Descendants("member")).DistinctBy(Name).ToDictionary(Name));

    /// <summary>What a class is, or null.</summary>
    public string? Of(Type type) => members.TryGetValue($"T:{NameOf(type)}", out var member) ? Text(member.Element("summary")) : null;

    /// <summary>What a property is: its own words, or its parameter's where it is a record's. Null without any.</summary>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        if (members.TryGetValue($"P:{NameOf(type)}.{property.Name}", out var own) && Text(own.Element("summary")) is { } words) return words;
        return members.TryGetValue($"T:{NameOf(type)}", out var record)
            ? Text(record.Elements("param").FirstOrDefault(parameter => (string?)parameter.Attribute("name") == property.Name))
            : null;
    }

    private static string Name(XElement member) => (string?)member.Attribute("name") ?? "";

    private static string NameOf(Type type) => ((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name).Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null) return null;
        var text = Spaces().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();
        return text.Length == 0 ? null : text;
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
        XElement element when (element.Attribute("cref") ?? element.Attribute("name") ?? element.Attribute("langword")) is { } name => $"`{name.Value[(name.Value.LastIndexOfAny(['.', ':']) + 1)..]}`",
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
