using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Data.Tables;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry;

/// <summary>Records as rows: JSON in the property <c>json</c>, or, over 30 KiB, at a content address that <c>jsonAt</c> names.</summary>
/// <param name="artifacts">Where large ones go.</param>
public sealed class ModelRows(ArtifactBlobs artifacts)
{
    /// <summary>The property of a text that fits.</summary>
    internal const string Text = "json";

    /// <summary>The property that names where a larger one is.</summary>
    internal const string TextAt = "jsonAt";

    /// <summary>The property that names an artifact which the row stands on.</summary>
    internal const string Names = "names";

    private const int LargestInline = 30 << 10;

    internal async Task<TableEntity> WriteAsync<T>(ModelName model, string row, T record, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var json = JsonSerializer.Serialize(record, type);
        return await WriteTextAsync(model, row, json, cancel);
    }

    internal async Task<TableEntity> WriteTextAsync(ModelName model, string row, string json, CancellationToken cancel)
    {
        var entity = new TableEntity(StorageNames.Partition(model), row);
        if (json.Length * sizeof(char) <= LargestInline) entity[Text] = json;
        else entity[TextAt] = (await artifacts.PutTextAsync(json, cancel)).Hex;
        return entity;
    }

    internal async ValueTask<T> ReadAsync<T>(TableEntity entity, JsonTypeInfo<T> type, CancellationToken cancel) =>
        JsonSerializer.Deserialize(await ReadTextAsync(entity, cancel), type)!;

    internal async ValueTask<string> ReadTextAsync(TableEntity entity, CancellationToken cancel) =>
        entity.GetString(Text) ?? await artifacts.GetTextAsync(Digest.Parse(entity.GetString(TextAt)), cancel);
}
