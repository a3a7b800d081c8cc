using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Versions;

/// <summary>Writes model cards: what the registry knows of a version.</summary>
/// <param name="store">The models.</param>
/// <param name="versions">The versions.</param>
public sealed class ModelCards(ModelStore store, VersionReader versions)
{
    /// <summary>A card as an answer: Markdown, or JSON for who accepts that alone.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request, ModelName name, int number, CancellationToken cancel)
    {
        var version = await versions.GetAsync(name, number, cancel);
        var model = await store.GetAsync(name, cancel);
        var aliases = await versions.AliasesAsync(name, cancel);
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        return request.Headers.Accept.ToString().StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Json(new(ModelResponse.Of(model, aliases), VersionResponse.Of(name, version, aliases)), RegistryJson.Default.CardResponse)
            : TypedResults.Text(Markdown(model, version, aliases), "text/markdown; charset=utf-8");
    }

    private static string Markdown(ModelRecord model, ModelVersion version, IReadOnlyDictionary<string, int> aliases)
    {
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"# {model.Name}, version {version.Number}\n\n");
        Paragraph(card, model.Description);
        Paragraph(card, version.Description);
        Table(card, "About", ["", ""], About(model, version, aliases));
        Table(card, "Inputs", ["name", "type", "shape"], version.Signature.Inputs.Select(Row));
        Table(card, "Outputs", ["name", "type", "shape"], version.Signature.Outputs.Select(Row));
        Table(card, "Features", ["column", "name"], Numbered(version.Metadata.FeatureNames));
        Table(card, "Classes", ["index", "label"], Numbered(version.Metadata.ClassLabels));
        Table(card, "Metrics", ["metric", "value"], (version.Metadata.Metrics ?? new Dictionary<string, double>())
            .OrderBy(metric => metric.Key, StringComparer.Ordinal).Select(metric => (string[])[metric.Key, metric.Value.ToString(CultureInfo.InvariantCulture)]));
        return card.ToString();
    }

    private static IEnumerable<string[]> About(ModelRecord model, ModelVersion version, IReadOnlyDictionary<string, int> aliases)
    {
        var lineage = version.Metadata.Lineage;
        IEnumerable<(string Name, string? Value)> facts =
        [
            ("Task", model.Task.ToString()),
            ("Owner", model.Owner),
            ("Aliases", string.Join(", ", aliases.Where(alias => alias.Value == version.Number).Select(alias => alias.Key))),
            ("Registered", $"{version.Created.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z by {version.CreatedBy}"),
            ("SHA-256", version.Artifact.Hex),
            ("Bytes", version.Bytes.ToString(CultureInfo.InvariantCulture)),
            ("Producer", version.Onnx.Producer),
            ("Opsets", string.Join(", ", version.Onnx.Opsets.Select(opset => $"{(opset.Key.Length == 0 ? "ai.onnx" : opset.Key)} {opset.Value}"))),
            ("Source", lineage?.Source),
            ("Commit", lineage?.Commit),
            ("Data set", lineage?.DataSetHash),
            ("Run", lineage?.RunId),
            ("Tags", string.Join(", ", version.Tags.Select(tag => $"{tag.Key}: {tag.Value}"))),
            ("Archived", version.Archived ? "yes" : null),
        ];
        return facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).Select(fact => (string[])[fact.Name, fact.Value!]);
    }

    private static string[] Row(ValueSignature value) => [value.Name, $"{value.Kind} of {value.ElementType}", Shape(value.Shape)];

    private static string Shape(IReadOnlyList<Dimension>? shape) =>
        shape is null ? "" : $"[{string.Join(", ", shape.Select(dimension => dimension.Size?.ToString(CultureInfo.InvariantCulture) ?? dimension.Symbol ?? "?"))}]";

    private static IEnumerable<string[]> Numbered(IReadOnlyList<string>? names) =>
        (names ?? []).Select((name, at) => (string[])[at.ToString(CultureInfo.InvariantCulture), name]);

    private static void Paragraph(StringBuilder card, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text)) card.Append(text.Trim()).Append("\n\n");
    }

    private static void Table(StringBuilder card, string title, string[] head, IEnumerable<string[]> body)
    {
        var lines = body.Select(Line).ToArray();
        if (lines.Length == 0) return;
        card.Append(CultureInfo.InvariantCulture, $"## {title}\n\n{Line(head)}{Line([.. head.Select(_ => "---")])}").AppendJoin("", lines).Append('\n');
    }

    private static string Line(string[] cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")))} |\n";
}
