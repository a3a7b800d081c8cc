using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Keys;

/// <summary>Changes keys, each change in one transaction with its entry in the audit chain of keys.</summary>
/// <param name="table">Keys and chain.</param>
/// <param name="index">The trail across models, where these entries stand too.</param>
/// <param name="clock">Dates changes.</param>
/// <param name="logger">Says when the trail has to wait.</param>
public sealed class KeyLedger(KeysTable table, AuditIndexTable index, TimeProvider clock, ILogger<KeyLedger> logger)
{
    private const int Attempts = 12;

    /// <summary>What the trail tells of a key: never its hash.</summary>
    internal static JsonNode? Describe(KeyRow? row) => row is null ? null : new JsonObject
    {
        ["roles"] = row.Roles.ToString(),
        ["created"] = row.Created,
        ["expires"] = row.Expires,
    };

    /// <summary>Decides on the key as it is and commits, again while other writers are first.</summary>
    /// <exception cref="ProblemException">What <paramref name="decide"/> refuses; <see cref="ProblemKind.VersionConflict"/> when other writers are first every time.</exception>
    internal async Task ChangeAsync(KeyName name, Func<KeyRow?, (KeyRow? Row, Change Change)> decide, Caller caller, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (head, etag) = await table.HeadAsync(cancel);
            var (row, change) = decide(await table.FindAsync(name.Value, cancel));
            var (entry, json, next) = AuditChain.Next(head, clock.GetUtcNow(), null, $"keys/{name}", change, caller);
            if (await table.TryCommitAsync(name.Value, row, AuditChain.Row(KeysTable.Partition, entry, json, next), next, etag, cancel))
            {
                await ProjectAsync(entry, cancel);
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 << Math.Min(attempt, 4))), clock, cancel);
        }

        throw new ProblemException(ProblemKind.VersionConflict, "Other writers kept changing keys. Repeat it.");
    }

    private async Task ProjectAsync(AuditEntry entry, CancellationToken cancel)
    {
        try
        {
            await AuditChain.ProjectAsync(table.EntriesAsync(cancel), entry, index, cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or JsonException)
        {
            logger.KeyEntryWaits(failure);
        }
    }
}
