using Microsoft.Extensions.Logging;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>
/// Removes artifacts that nothing names: what registrations left that ended before their transaction. Old ones are listed first and
/// what is named is read after; whoever puts the same bytes meanwhile changes the artifact, and its removal is refused.
/// </summary>
/// <param name="artifacts">The bytes.</param>
/// <param name="table">What names them: versions, and rows whose text is too large for a table.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="clock">Tells their age.</param>
/// <param name="logger">Says how many there were.</param>
public sealed class ArtifactSweep(ArtifactBlobs artifacts, ModelsTable table, ModelRows rows, TimeProvider clock, ILogger<ArtifactSweep> logger)
{
    /// <summary>Is told before artifacts are removed; a test puts one again there.</summary>
    internal Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Removes what is old and unnamed. How many there were.</summary>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var old = await artifacts.OldAsync(clock.GetUtcNow() - StagingSweep.Patience, cancel).ToListAsync(cancel);
        if (old.Count == 0) return 0;
        var named = await NamedAsync(cancel);
        await Before();
        var count = 0;
        foreach (var (digest, etag) in old)
            if (!named.Contains(digest) && await artifacts.TryDeleteAsync(digest, etag, cancel)) count++;
        if (count > 0) logger.ArtifactsSwept(count);
        return count;
    }

    private async Task<HashSet<Digest>> NamedAsync(CancellationToken cancel)
    {
        var named = new HashSet<Digest>();
        await foreach (var row in table.AllAsync([ModelRows.Text, ModelRows.TextAt, ModelRows.Names], cancel))
        {
            if (row.GetString(ModelRows.TextAt) is { } large) named.Add(Digest.Parse(large));
            if (row.GetString(ModelRows.Names) is { } artifact) named.Add(Digest.Parse(artifact));
            if (!row.RowKey.StartsWith(StorageNames.VersionPrefix, StringComparison.Ordinal)) continue;
            var version = await rows.ReadAsync(row, StoredJson.Default.ModelVersion, cancel);
            named.Add(version.Artifact);
            if (version.Metadata.Baseline is { } baseline) named.Add(baseline);
        }
        return named;
    }
}
