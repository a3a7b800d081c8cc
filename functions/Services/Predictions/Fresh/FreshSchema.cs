using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Predictions;

/// <summary>What a fresh blob says of itself at its beginning.</summary>
internal sealed record FreshSchema(string Model, string Writer, IReadOnlyList<LogColumn> Columns)
{
    /// <summary>As a whole block.</summary>
    public byte[] ToBlock()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PredictionJson.Default.FreshSchema);
        var block = new byte[Frame.HeadBytes + ((json.Length + 7) & ~7)];
        block.AsSpan(Frame.HeadBytes).Fill((byte)' ');
        json.CopyTo(block, Frame.HeadBytes);
        new Frame(FrameKind.Schema, block.Length - Frame.HeadBytes, 0, 0).Seal(block);
        return block;
    }

    public static FreshSchema FromPayload(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, PredictionJson.Default.FreshSchema) ?? throw new InvalidDataException("A schema block says null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FreshSchema))]
[JsonSerializable(typeof(WriterCounts))]
[JsonSerializable(typeof(UpkeepRequest))]
[JsonSerializable(typeof(ErasureMessage))]
internal sealed partial class PredictionJson : JsonSerializerContext;
