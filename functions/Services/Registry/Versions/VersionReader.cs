using System.Globalization;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Reads versions and pointers.</summary>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
public sealed class VersionReader(ModelsTable table, ModelRows rows)
{
    /// <summary>One version.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, or <see cref="ProblemKind.VersionNotFound"/> with the versions there are.</exception>
    public async Task<ModelVersion> GetAsync(ModelName model, int number, CancellationToken cancel)
    {
        if (number > 0 && await table.FindAsync(model, StorageNames.Version(number), cancel) is { } row)
            return await rows.ReadAsync(row, StoredJson.Default.ModelVersion, cancel);
        if (await table.FindAsync(model, StorageNames.ModelRow, cancel) is not { } record) throw ModelStore.NotFound(model);
        var last = (await rows.ReadAsync(record, StoredJson.Default.ModelRecord, cancel)).LastVersion;
        throw Absent(model, number, last);
    }

    /// <summary>A page of versions, oldest first.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public async Task<(IReadOnlyList<ModelVersion> Versions, string? Next)> ListAsync(ModelName model, Paging paging, CancellationToken cancel)
    {
        if (await table.FindAsync(model, StorageNames.ModelRow, cancel) is null) throw ModelStore.NotFound(model);
        var after = paging.After is null ? null : StorageNames.VersionPrefix + paging.After;
        var found = await table.ListAsync(model, StorageNames.VersionPrefix, after, cancel).Take(paging.Size + 1).ToListAsync(cancel);
        var versions = new List<ModelVersion>();
        foreach (var row in found.Take(paging.Size)) versions.Add(await rows.ReadAsync(row, StoredJson.Default.ModelVersion, cancel));
        return (versions, found.Count > paging.Size ? Paging.Token(found[paging.Size - 1].RowKey[StorageNames.VersionPrefix.Length..]) : null);
    }

    /// <summary>Every pointer of a model, by name.</summary>
    public async Task<IReadOnlyDictionary<string, int>> AliasesAsync(ModelName model, CancellationToken cancel)
    {
        var aliases = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var row in table.ListAsync(model, StorageNames.AliasPrefix, null, cancel))
            aliases[row.RowKey[StorageNames.AliasPrefix.Length..]] = (await rows.ReadAsync(row, StoredJson.Default.AliasRecord, cancel)).Version;
        return aliases;
    }

    private static ProblemException Absent(ModelName model, int number, int last) => new(
        ProblemKind.VersionNotFound,
        last == 0 ? $"{model} has no version yet." : $"{model} has no version {number}; it has 1 to {last}.")
    {
        Where = "version",
        Expected = [.. Enumerable.Range(Math.Max(1, last - 99), Math.Min(last, 100)).Select(existing => existing.ToString(CultureInfo.InvariantCulture))],
    };
}
