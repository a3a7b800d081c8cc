using System.Globalization;

namespace Serverless.App.Tests.Telemetry;

/// <summary>A span as it arrived.</summary>
internal sealed record OtlpSpan(string Source, string Trace, string Id, string Parent, string Name, int Kind, ulong Start, ulong End, int Status)
{
    public const int Server = 2, Producer = 4, Consumer = 5;

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<(string Trace, string Id)> Links { get; init; }

    public string? this[string tag] => Tags.GetValueOrDefault(tag);

    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<OtlpSpan> Read(ReadOnlyMemory<byte> request) =>
        from resource in ProtoField.Of(request)
        where resource.Number == 1
        from scope in resource.Fields
        where scope.Number == 2
        let source = scope.Fields.First(field => field.Number == 1).Fields.First(field => field.Number == 1).Text
        from span in scope.Fields
        where span.Number == 2
        select Of(source, [.. span.Fields]);

    /// <summary>A value of an attribute or a body.</summary>
    public static string Value(ProtoField any) => any.Fields.Select(field => field.Number switch
    {
        1 => field.Text,
        2 => field.Value == 1 ? "true" : "false",
        3 => ((long)field.Value).ToString(CultureInfo.InvariantCulture),
        4 => BitConverter.UInt64BitsToDouble(field.Value).ToString(CultureInfo.InvariantCulture),
        5 => string.Join(',', field.Fields.Select(Value)),
        _ => "",
    }).FirstOrDefault("");

    private static OtlpSpan Of(string source, ProtoField[] fields)
    {
        ProtoField Field(int number) => fields.FirstOrDefault(field => field.Number == number);
        return new(source, Field(1).Hex, Field(2).Hex, Field(4).Hex, Field(5).Text, (int)Field(6).Value, Field(7).Value, Field(8).Value, (int)Field(15).Fields.FirstOrDefault(field => field.Number == 3).Value)
        {
            Tags = fields.Where(field => field.Number == 9).ToDictionary(pair => pair.Fields.First(field => field.Number == 1).Text, pair => Value(pair.Fields.First(field => field.Number == 2))),
            Links = [.. fields.Where(field => field.Number == 13).Select(link => (link.Fields.First(field => field.Number == 1).Hex, link.Fields.First(field => field.Number == 2).Hex))],
        };
    }
}
