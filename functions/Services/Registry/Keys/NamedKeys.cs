using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Azure;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Keys;

/// <summary>The suite's own keys: each a principal with roles, shown once when issued, kept as a hash.</summary>
/// <param name="table">Where they are kept.</param>
/// <param name="ledger">Changes them.</param>
/// <param name="clock">Ends keys, and measures how fresh the list in memory is.</param>
/// <param name="logger">Says who issued and withdrew what, and when keys cannot be read.</param>
public sealed class NamedKeys(KeysTable table, KeyLedger ledger, TimeProvider clock, ILogger<NamedKeys> logger)
{
    /// <summary>How long the list in memory is taken as it is.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>How long a key that another instance has withdrawn may still open doors here: from then on nobody is let in before the list has been read again.</summary>
    public static readonly TimeSpan UsableFor = FreshFor * 2;

    /// <summary>How long the keys that were known go on opening doors while storage is away.</summary>
    public static readonly TimeSpan Endurance = TimeSpan.FromHours(1);

    private volatile Known? known;
    private volatile Task<Known>? reading;
    private long changes;

    /// <summary>Issues a key, in place of one of the same name.</summary>
    /// <param name="name">The principal's name.</param>
    /// <param name="roles">What its bearer may do.</param>
    /// <param name="expires">When it ends, or null.</param>
    /// <param name="issuer">Who issues it.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The key: 43 characters, 256 random bits. It cannot be read again.</returns>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: no role, or an end in the past; <see cref="ProblemKind.VersionConflict"/>.</exception>
    public async Task<string> IssueAsync(KeyName name, Role roles, DateTimeOffset? expires, Caller issuer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (roles == Role.Open) throw new ProblemException(ProblemKind.InvalidRequest, "A key needs at least one role.") { Where = "roles" };
        if (expires <= now) throw new ProblemException(ProblemKind.InvalidRequest, "The key would end before it begins.") { Where = "expires" };
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var row = new KeyRow(name.Value, PresentedKey.HashOf(key), roles, now, expires);
        await ledger.ChangeAsync(name, before => (row, new(Actions.KeyIssued, "", KeyLedger.Describe(before), KeyLedger.Describe(row))), issuer, cancel);
        Forget();
        logger.KeyIssued(name, roles, issuer.Actor);
        return key;
    }

    /// <summary>Withdraws a key.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task WithdrawAsync(KeyName name, Caller caller, CancellationToken cancel)
    {
        await ledger.ChangeAsync(name, before => before is not null
            ? (null, new(Actions.KeyWithdrawn, "", KeyLedger.Describe(before), null))
            : throw new ProblemException(ProblemKind.NotFound, $"There is no key named {name.Value}."), caller, cancel);
        Forget();
        logger.KeyWithdrawn(name, caller.Actor);
    }

    /// <summary>Every key, without its hash's preimage, by name.</summary>
    public async Task<IReadOnlyList<KeyRow>> ListAsync(CancellationToken cancel) => await table.ListAsync(cancel).ToListAsync(cancel);

    /// <summary>Whose key has this hash, or null. A list that is no longer fresh is read again in the background while it is usable: no request of a known key waits then.</summary>
    public ValueTask<Principal?> FindAsync(Digest hash, CancellationToken cancel)
    {
        if (known is not { } list) return new(ReadAsync(hash, cancel));
        var age = clock.GetElapsedTime(list.CheckedAt);
        if (age <= FreshFor) return new(list.Find(hash, clock));
        if (age > UsableFor || list.Find(hash, clock) is not { } principal) return new(ReadAsync(hash, cancel));
        _ = reading ??= ReadListAsync();
        return new(principal);
    }

    private void Forget()
    {
        Interlocked.Increment(ref changes);
        known = null;
        reading = null;
    }

    // Requests that come while the list is read wait for the same reading.
    private async Task<Principal?> ReadAsync(Digest hash, CancellationToken cancel) =>
        (await (reading ??= ReadListAsync()).WaitAsync(cancel)).Find(hash, clock);

    private async Task<Known> ReadListAsync()
    {
        var (before, old) = (Interlocked.Read(ref changes), known);
        try
        {
            await Task.Yield();
            var readAt = clock.GetTimestamp();
            var rows = await table.ListAsync(CancellationToken.None).ToListAsync();
            return Keep(new(readAt, readAt, rows.DistinctBy(row => row.Hash).ToFrozenDictionary(row => row.Hash, row => (row, new Principal(row.Name, row.Roles)))), before);
        }
        catch (Exception away) when (away is RequestFailedException or AggregateException && old is not null && clock.GetElapsedTime(old.ReadAt) <= Endurance)
        {
            logger.KeysAreOld(away);
            return Keep(old with { CheckedAt = clock.GetTimestamp() }, before);
        }
        finally
        {
            reading = null;
        }
    }

    // What was read before a change of this instance's own must not be kept after it.
    private Known Keep(Known list, long before)
    {
        known = list;
        if (Interlocked.Read(ref changes) != before) known = null;
        return list;
    }

    private sealed record Known(long ReadAt, long CheckedAt, FrozenDictionary<Digest, (KeyRow Row, Principal Principal)> Keys)
    {
        public Principal? Find(Digest hash, TimeProvider clock) =>
            Keys.TryGetValue(hash, out var found) && (found.Row.Expires is not { } end || clock.GetUtcNow() < end) ? found.Principal : null;
    }
}
