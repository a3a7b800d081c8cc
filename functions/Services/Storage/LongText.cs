using System.Globalization;
using Azure.Data.Tables;

namespace Serverless.Services.Storage;

/// <summary>Texts in rows. A property holds 32 Ki characters, so a longer text goes on in the next one: <c>json</c>, <c>json1</c>, <c>json2</c>, ….</summary>
public static class LongText
{
    private const int Longest = 31 << 10;

    /// <summary>Writes a text; an entity of at most 1 MiB holds it.</summary>
    public static TableEntity WithText(this TableEntity entity, string name, string text)
    {
        for (var (part, at) = (0, 0); at == 0 || at < text.Length; part++, at += Longest)
            entity[Name(name, part)] = text[at..Math.Min(at + Longest, text.Length)];
        return entity;
    }

    /// <summary>Reads a text back; null where there is none.</summary>
    public static string? FindText(this TableEntity entity, string name)
    {
        if (entity.GetString(name) is not { } text || entity.GetString(Name(name, 1)) is not { } more) return entity.GetString(name);
        for (var part = 2; more is not null; part++)
        {
            text += more;
            more = entity.GetString(Name(name, part));
        }

        return text;
    }

    /// <summary>Reads a text that must be there.</summary>
    public static string GetText(this TableEntity entity, string name) =>
        entity.FindText(name) ?? throw new InvalidDataException($"Row {entity.PartitionKey} | {entity.RowKey} has no {name}.");

    private static string Name(string name, int part) => part == 0 ? name : name + part.ToString(CultureInfo.InvariantCulture);
}
