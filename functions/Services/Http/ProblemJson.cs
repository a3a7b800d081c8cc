using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Http;

/// <summary>RFC 9457 problem details. <c>error</c> repeats the detail: Open Inference Protocol and KServe clients read that member.</summary>
internal sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string Error, string? Where, IReadOnlyList<string>? Expected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    private static ProblemJson? readable;

    /// <summary>With quotes and apostrophes as people write them: the answer is JSON, never a part of a page.</summary>
    public static ProblemJson Readable =>
        readable ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
