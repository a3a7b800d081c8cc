using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Audit;

/// <summary>How entries join: each holds the hash of the one before it.</summary>
internal static class AuditChain
{
    /// <summary>The next entry, and the head that the chain has then.</summary>
    /// <param name="head">The chain's end.</param>
    /// <param name="now">The writer's clock.</param>
    /// <param name="model">Of what; null for the suite itself.</param>
    /// <param name="subject">To what.</param>
    /// <param name="change">What is done.</param>
    /// <param name="caller">By whom.</param>
    public static (AuditEntry Entry, string Json, AuditHead Head) Next(AuditHead head, DateTimeOffset now, ModelName? model, string subject, Change change, Caller caller)
    {
        var time = now > head.Last ? now : head.Last + TimeSpan.FromMilliseconds(1);
        var entry = new AuditEntry(
            Guid.CreateVersion7(time), head.Count + 1, time, model, change.Action, subject, caller.Actor, caller.CausationId,
            caller.TraceParent, change.Reason, change.Before?.DeepClone(), change.After?.DeepClone(), head.Hash);
        var json = JsonSerializer.Serialize(entry, StoredJson.Default.AuditEntry);
        // Strictly later by a millisecond, so that ids sort as the chain does.
        return (entry, json, new(entry.Sequence, HashOf(json), DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds() + 1)));
    }

    /// <summary>An entry as a row.</summary>
    public static TableTransactionAction Row(string partition, AuditEntry entry, string json, AuditHead head, string prefix = StorageNames.AuditPrefix) =>
        new(TableTransactionActionType.Add, new TableEntity(partition, $"{prefix}{entry.Id:D}") { ["hash"] = head.Hash }.WithText("json", json));

    /// <summary>An entry's hash: SHA-256 over its JSON as stored.</summary>
    public static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

    /// <summary>Writes an entry into the trail across models; the entry before, too: its writer may have ended between its transaction and this.</summary>
    public static async Task ProjectAsync(IAsyncEnumerable<TableEntity> rows, AuditEntry entry, AuditIndexTable index, CancellationToken cancel)
    {
        await foreach (var row in rows)
        {
            var json = row.GetText("json");
            var read = JsonSerializer.Deserialize(json, StoredJson.Default.AuditEntry)!;
            if (read.Sequence >= entry.Sequence - 1) await index.PutAsync(read.Time, read.Id, json, cancel);
        }
    }

    /// <summary>Walks a chain to its head: how many entries hold, and the first broken link in words.</summary>
    public static async Task<(long Entries, string? Problem)> WalkAsync(IAsyncEnumerable<TableEntity> rows, AuditHead head)
    {
        var (count, hash) = (0L, AuditHead.Start.Hash);
        await foreach (var row in rows)
        {
            if (Broken(row.FindText("json"), row.GetString("hash"), count, hash) is { } problem) return (count, problem);
            (count, hash) = (count + 1, row.GetString("hash"));
            // Entries that came while we walked are the next walk's.
            if (count == head.Count) break;
        }

        return count == head.Count && hash == head.Hash
            ? (count, null)
            : (count, $"The chain ends at entry {count}; its head says {head.Count} entries that end in {head.Hash}.");
    }

    private static string? Broken(string? json, string? hash, long before, string previous)
    {
        if (json is null || HashOf(json) != hash) return $"Entry {before + 1} does not have the hash that is kept with it: it was edited.";
        AuditEntry entry;
        try
        {
            entry = JsonSerializer.Deserialize(json, StoredJson.Default.AuditEntry)!;
        }
        catch (JsonException)
        {
            return $"Entry {before + 1} cannot be read.";
        }

        if (entry.Sequence != before + 1) return $"Entry {before + 1} is missing or moved: entry {entry.Sequence} stands in its place.";
        return entry.Previous == previous ? null : $"Entry {entry.Sequence} does not join entry {before}: one of them was replaced.";
    }
}
