using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Azure;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Settings;

/// <summary>What silences and webhooks have in common: where they are kept and audited.</summary>
/// <param name="Table">The rows and their audit chains.</param>
/// <param name="Index">The trail across models, where these entries stand too.</param>
/// <param name="Clock">Dates entries.</param>
/// <param name="Logger">Says who changes what, and when the trail has to wait.</param>
public sealed record SettingsLedger(AlertSettingsTable Table, AuditIndexTable Index, TimeProvider Clock, ILogger<SettingsLedger> Logger);

/// <summary>Silences or webhooks: small documents with an id and a revision, changed by compare-and-swap, each change in one transaction with its entry in the kind's audit chain.</summary>
/// <param name="ledger">Where they are kept and audited.</param>
/// <param name="kind">Their partition.</param>
/// <param name="type">Their stored form.</param>
/// <param name="revision">Their revision.</param>
/// <param name="told">What the trail tells of one: nothing secret.</param>
/// <param name="actions">What setting and removing one is called.</param>
internal sealed partial class SettingsDocuments<T>(SettingsLedger ledger, string kind, JsonTypeInfo<T> type, Func<T, int> revision, Func<T, JsonNode?> told, (string Set, string Removed) actions)
    where T : class
{
    private const int Attempts = 12;

    private readonly AlertSettingsTable table = ledger.Table;

    /// <summary>One document, or null.</summary>
    public async Task<T?> FindAsync(string id, CancellationToken cancel) => await table.FindAsync(kind, id, cancel) is { } row ? Read(row.Json) : null;

    /// <summary>One document.</summary>
    public async Task<T> GetAsync(string id, CancellationToken cancel) => await FindAsync(Checked(id), cancel) ?? throw Absent(id);

    /// <summary>Every document, by id.</summary>
    public IAsyncEnumerable<T> ListAsync(string? after, CancellationToken cancel) => table.ListAsync(kind, after, cancel).Select(Read);

    /// <summary>Writes what <paramref name="decide"/> makes of what there is.</summary>
    public async Task<(T Value, bool Created)> PutAsync(string id, string? ifMatch, Func<T?, T> decide, Caller caller, CancellationToken cancel)
    {
        Checked(id);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await table.FindAsync(kind, id, cancel);
            var before = found is { } row ? Read(row.Json) : null;
            Preconditions.Check(ifMatch, before is null ? null : revision(before));
            var next = decide(before);
            if (await TryCommitAsync(id, before, next, found?.ETag, caller, cancel)) return (next, before is null);
            await WaitAsync(attempt, cancel);
        }

        throw new ProblemException(ProblemKind.VersionConflict, $"Other writers kept changing {kind} {id}. Read it again and repeat.");
    }

    /// <summary>Removes a document.</summary>
    public async Task DeleteAsync(string id, string? ifMatch, Caller caller, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await table.FindAsync(kind, Checked(id), cancel) ?? throw Absent(id);
            var before = Read(found.Json);
            Preconditions.Check(ifMatch, revision(before));
            if (await TryCommitAsync(id, before, null, found.ETag, caller, cancel)) return;
            await WaitAsync(attempt, cancel);
        }

        throw new ProblemException(ProblemKind.VersionConflict, $"Other writers kept changing {kind} {id}. Read it again and repeat.");
    }

    private async Task<bool> TryCommitAsync(string id, T? before, T? after, ETag? seen, Caller caller, CancellationToken cancel)
    {
        var (head, etag) = await table.HeadAsync(kind, cancel);
        var change = new Change(after is null ? actions.Removed : actions.Set, "", before is null ? null : told(before), after is null ? null : told(after));
        var (entry, json, next) = AuditChain.Next(head, ledger.Clock.GetUtcNow(), null, $"{kind}s/{id}", change, caller);
        if (!await table.TryCommitAsync(kind, id, after is null ? null : JsonSerializer.Serialize(after, type), seen, AuditChain.Row(kind, entry, json, next, StorageNames.SettingAuditPrefix), (next, etag), cancel)) return false;
        ledger.Logger.SettingChanged(caller.Actor, kind, id);
        await ProjectAsync(entry, cancel);
        return true;
    }

    private async Task ProjectAsync(AuditEntry entry, CancellationToken cancel)
    {
        try
        {
            await AuditChain.ProjectAsync(table.EntriesAsync(kind, cancel), entry, ledger.Index, cancel);
        }
        catch (Exception failure) when (failure is RequestFailedException or JsonException)
        {
            ledger.Logger.SettingEntryWaits(failure);
        }
    }

    // Whoever was first needs a moment to finish; writers that lost together should not meet again.
    private Task WaitAsync(int attempt, CancellationToken cancel) => Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 << Math.Min(attempt, 4))), ledger.Clock, cancel);

    private T Read(string json) => JsonSerializer.Deserialize(json, type)!;

    private ProblemException Absent(string id) => new(ProblemKind.NotFound, $"There is no {kind} {id}.") { Where = "id" };

    private static string Checked(string id) => Rule().IsMatch(id) ? id
        : throw new ProblemException(ProblemKind.InvalidName, "An id has 1 to 64 letters, digits, dots, underscores or hyphens, and begins with a letter or digit.") { Where = "id" };

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
