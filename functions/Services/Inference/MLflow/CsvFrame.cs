using System.Text;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.MLflow;

/// <summary>A CSV table with a header line (RFC 4180). An empty field is missing, as pandas reads it.</summary>
internal static class CsvFrame
{
    /// <summary>Reads a whole table.</summary>
    public static void Read(ReadOnlySpan<byte> body, RowFiller filler)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
        var fields = new List<string>();
        if (!TryReadLine(ref body, fields)) throw new ProblemException(ProblemKind.InvalidRequest, "The CSV has no header line.");
        var positions = SplitFrame.Positions([.. fields], filler);
        while (TryReadLine(ref body, fields))
        {
            filler.Begin();
            if (fields.Count != positions.Length) throw filler.Wrong($"has {fields.Count} fields; the header has {positions.Length}.");
            for (var column = 0; column < positions.Length; column++)
                if (positions[column] >= 0) Fill(filler, positions[column], fields[column]);
            filler.End();
        }
        filler.Complete();
    }

    private static void Fill(RowFiller filler, int index, string field)
    {
        if (field.Length == 0)
        {
            filler.FillMissing(index, "is empty");
            return;
        }
        var feature = filler.Features[index];
        if (feature.Length != 1) throw filler.Wrong("is an array, which CSV can't carry.", feature);
        var (target, at) = filler.Place(index);
        // Numbers and truth values are read as JSON reads them; text and the named numbers as JSON texts.
        var token = target.Type is ElementType.String || IsNamed(field) ? JsonSerializer.SerializeToUtf8Bytes(Rename(target.Type, field), MLflowJson.Default.String)
            : Encoding.UTF8.GetBytes(target.Type == ElementType.Bool ? field.Trim().ToLowerInvariant() : field.Trim().TrimStart('+'));
        if (!TrySet(token, target, at)) throw filler.Wrong($"is not {Refuse.Wanted(target.Type)}.", feature);
    }

    private static bool TrySet(ReadOnlySpan<byte> token, TensorBuffer target, int at)
    {
        var reader = new Utf8JsonReader(token);
        try
        {
            return reader.Read() && JsonScalar.TrySet(ref reader, target, at) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsNamed(string field) => field.Trim().ToLowerInvariant() is "nan" or "inf" or "-inf" or "infinity" or "-infinity";

    private static string Rename(ElementType type, string field) => type == ElementType.String ? field : field.Trim().ToLowerInvariant() switch
    {
        "nan" => "NaN",
        "inf" or "infinity" => "Infinity",
        _ => "-Infinity",
    };

    private static bool TryReadLine(ref ReadOnlySpan<byte> rest, List<string> fields)
    {
        fields.Clear();
        if (rest.IsEmpty) return false;
        while (true)
        {
            fields.Add(ReadField(ref rest));
            if (rest.IsEmpty) return true;
            var end = rest[0];
            rest = rest[1..];
            if (end == '\r' && rest is [(byte)'\n', ..]) rest = rest[1..];
            if (end != ',') return true;
        }
    }

    private static string ReadField(ref ReadOnlySpan<byte> rest)
    {
        if (rest is not [(byte)'"', ..])
        {
            var end = rest.IndexOfAny((byte)',', (byte)'\r', (byte)'\n');
            var plain = end < 0 ? rest : rest[..end];
            rest = rest[plain.Length..];
            return Encoding.UTF8.GetString(plain);
        }
        var text = new StringBuilder();
        while (true)
        {
            rest = rest[1..];
            var quote = rest.IndexOf((byte)'"');
            if (quote < 0) throw new ProblemException(ProblemKind.InvalidRequest, "The CSV ends within quotes.");
            text.Append(Encoding.UTF8.GetString(rest[..quote]));
            rest = rest[(quote + 1)..];
            if (rest is not [(byte)'"', ..]) return text.ToString();
            text.Append('"');
        }
    }
}
