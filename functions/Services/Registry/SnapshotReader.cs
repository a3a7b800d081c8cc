using System.Collections.Concurrent;
using System.Collections.Immutable;
using Azure;
using Serverless.Core.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry;

/// <summary>Reads all that serving needs of a model. Every change of a model changes its own row, so one point read tells whether anything else has to be read again.</summary>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="versions">The pointers.</param>
/// <param name="policies">The policy in force.</param>
public sealed class SnapshotReader(ModelsTable table, ModelRows rows, VersionReader versions, PolicyVersions policies)
{
    private readonly ConcurrentDictionary<ModelName, (ETag ETag, ModelSnapshot Snapshot)> last = new();

    /// <summary>A model as serving sees it, or null.</summary>
    public async Task<ModelSnapshot?> ReadAsync(ModelName model, CancellationToken cancel)
    {
        if (await table.FindAsync(model, StorageNames.ModelRow, cancel) is not { } row) return null;
        if (last.TryGetValue(model, out var known) && known.ETag == row.ETag) return known.Snapshot;
        var snapshot = await ReadAsync(await rows.ReadAsync(row, StoredJson.Default.ModelRecord, cancel), cancel);
        last[model] = (row.ETag, snapshot);
        return snapshot;
    }

    private async Task<ModelSnapshot> ReadAsync(ModelRecord record, CancellationToken cancel)
    {
        // Before the versions: whatever an alias points at is then among them.
        var aliases = await versions.AliasesAsync(record.Name, cancel);
        var traffic = table.FindAsync(record.Name, StorageNames.RolloutRow, cancel);
        var policy = policies.InForceAsync(record, cancel);
        return new(
            record.Name, record.Task, record.Archived,
            aliases.ToImmutableDictionary(alias => AliasName.Parse(alias.Key), alias => alias.Value),
            await ServableAsync(record.Name, cancel), (await policy).Policy, record.PolicyVersion)
        {
            Traffic = TrafficRows.Read(await traffic),
            Warm = TrafficRows.ReadWarm(await traffic),
        };
    }

    private async Task<ImmutableSortedDictionary<int, ServableVersion>> ServableAsync(ModelName model, CancellationToken cancel)
    {
        var servable = ImmutableSortedDictionary.CreateBuilder<int, ServableVersion>();
        await foreach (var row in table.ListAsync(model, StorageNames.VersionPrefix, null, cancel))
        {
            var version = await rows.ReadAsync(row, StoredJson.Default.ModelVersion, cancel);
            servable.Add(version.Number, version.Servable);
        }

        return servable.ToImmutable();
    }
}
