using System.Runtime.CompilerServices;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Inference;

/// <summary>The names of all models, for the protocols' lists. Not on the hot path.</summary>
/// <param name="list">Reads them, in any order.</param>
public sealed class ServedModels(Func<CancellationToken, IAsyncEnumerable<ModelName>> list)
{
    private const int Page = 1000;

    /// <summary>From the registry's catalog.</summary>
    public static ServedModels From(CatalogTable catalog) => new(cancel => ReadAsync(catalog, cancel));

    /// <summary>Every model's name, sorted.</summary>
    public async Task<IReadOnlyList<ModelName>> ListAsync(CancellationToken cancel)
    {
        var names = new List<ModelName>();
        await foreach (var name in list(cancel)) names.Add(name);
        names.Sort((one, other) => string.CompareOrdinal(one.Value, other.Value));
        return names;
    }

    private static async IAsyncEnumerable<ModelName> ReadAsync(CatalogTable catalog, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var after = ""; ;)
        {
            var rows = await catalog.ListAsync(after, Page, cancel);
            foreach (var (name, _) in rows) yield return ModelName.Parse(name);
            if (rows.Count < Page) yield break;
            after = rows[^1].Name;
        }
    }
}
