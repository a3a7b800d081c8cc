using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Keys;

/// <summary>The suite's own keys: each a principal with roles, shown once when issued, kept as a hash.</summary>
/// <param name="table">Where they are kept.</param>
/// <param name="clock">Ends keys, and measures how fresh the list in memory is.</param>
public sealed class NamedKeys(KeysTable table, TimeProvider clock)
{
    /// <summary>How long a key that another instance has withdrawn may still open doors here.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    private volatile Known? known;
    private volatile Task<Known>? reading;

    /// <summary>Issues a key, in place of one of the same name.</summary>
    /// <returns>The key: 43 characters, 256 random bits. It cannot be read again.</returns>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: no role, or an end in the past.</exception>
    public async Task<string> IssueAsync(KeyName name, Role roles, DateTimeOffset? expires, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (roles == Role.Open) throw new ProblemException(ProblemKind.InvalidRequest, "A key needs at least one role.") { Where = "roles" };
        if (expires <= now) throw new ProblemException(ProblemKind.InvalidRequest, "The key would end before it begins.") { Where = "expires" };
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await table.PutAsync(new(name.Value, PresentedKey.HashOf(key), roles, now, expires), cancel);
        known = null;
        return key;
    }

    /// <summary>Withdraws a key.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task WithdrawAsync(KeyName name, CancellationToken cancel)
    {
        var existed = await table.DeleteAsync(name.Value, cancel);
        known = null;
        if (!existed) throw new ProblemException(ProblemKind.NotFound, $"There is no key named {name.Value}.");
    }

    /// <summary>Every key, without its hash's preimage, by name.</summary>
    public async Task<IReadOnlyList<KeyRow>> ListAsync(CancellationToken cancel) => await table.ListAsync(cancel).ToListAsync(cancel);

    /// <summary>Whose key has this hash, or null. No I/O while the list is fresh.</summary>
    public ValueTask<Principal?> FindAsync(Digest hash, CancellationToken cancel) =>
        known is { } list && clock.GetElapsedTime(list.ReadAt) <= FreshFor ? new(list.Find(hash, clock)) : new(ReadAsync(hash, cancel));

    // Requests that come while the list is read wait for the same reading.
    private async Task<Principal?> ReadAsync(Digest hash, CancellationToken cancel) =>
        (await (reading ??= ReadListAsync()).WaitAsync(cancel)).Find(hash, clock);

    private async Task<Known> ReadListAsync()
    {
        try
        {
            await Task.Yield();
            var readAt = clock.GetTimestamp();
            var rows = await table.ListAsync(CancellationToken.None).ToListAsync();
            return known = new(readAt, rows.DistinctBy(row => row.Hash).ToFrozenDictionary(row => row.Hash, row => (row, new Principal(row.Name, row.Roles))));
        }
        finally
        {
            reading = null;
        }
    }

    private sealed record Known(long ReadAt, FrozenDictionary<Digest, (KeyRow Row, Principal Principal)> Keys)
    {
        public Principal? Find(Digest hash, TimeProvider clock) =>
            Keys.TryGetValue(hash, out var found) && (found.Row.Expires is not { } end || clock.GetUtcNow() < end) ? found.Principal : null;
    }
}
