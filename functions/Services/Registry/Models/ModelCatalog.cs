using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Models;

/// <summary>Lists models by name, filtered by tags and by a part of the name.</summary>
/// <param name="table">The catalog.</param>
public sealed class ModelCatalog(CatalogTable table)
{
    private const int Chunk = 200;

    /// <summary>A page of models.</summary>
    public async Task<Page<ModelResponse>> ListAsync(ModelFilter filter, Paging paging, CancellationToken cancel)
    {
        var items = new List<ModelResponse>();
        var after = paging.After ?? "";
        while (true)
        {
            var rows = await table.ListAsync(after, Chunk, cancel);
            foreach (var (name, json) in rows)
            {
                if (items.Count == paging.Size) return new(items, Paging.Token(items[^1].Name.Value));
                var model = JsonSerializer.Deserialize(json, StoredJson.Default.ModelRecord)!;
                if (filter.Takes(model)) items.Add(ModelResponse.Of(model, null));
                after = name;
            }

            if (rows.Count < Chunk) return new(items, null);
        }
    }

    /// <summary>Every model's name, in order.</summary>
    public async IAsyncEnumerable<ModelRecord> AllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var after = "";
        IReadOnlyList<(string Name, string Json)> rows;
        do
        {
            rows = await table.ListAsync(after, Chunk, cancel);
            foreach (var (name, json) in rows)
            {
                yield return JsonSerializer.Deserialize(json, StoredJson.Default.ModelRecord)!;
                after = name;
            }
        }
        while (rows.Count == Chunk);
    }
}

/// <summary>Which models a list shows.</summary>
/// <param name="Tags">All of these, key and value.</param>
/// <param name="Query">A part of the name, in any case, or null.</param>
public sealed record ModelFilter(IReadOnlyList<(string Key, string Value)> Tags, string? Query)
{
    /// <summary>Reads <c>tag=key:value</c> (repeatable) and <c>q</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static ModelFilter Of(HttpRequest request) => new(
        [.. request.Query["tag"].Select(Tag)],
        request.Query["q"].ToString() is { Length: > 0 } query ? query : null);

    /// <summary>Whether a model is shown.</summary>
    public bool Takes(ModelRecord model) =>
        (Query is null || model.Name.Value.Contains(Query, StringComparison.OrdinalIgnoreCase))
        && Tags.All(tag => model.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value);

    private static (string Key, string Value) Tag(string? tag) => tag?.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        ? (tag[..colon], tag[(colon + 1)..])
        : throw new ProblemException(ProblemKind.InvalidRequest, "tag is key:value.") { Where = "tag" };
}
