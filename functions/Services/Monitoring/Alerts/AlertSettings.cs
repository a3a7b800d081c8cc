using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>Silences or webhooks: small documents with an id and a revision, changed by compare-and-swap.</summary>
/// <param name="table">The rows.</param>
/// <param name="kind">Their partition.</param>
/// <param name="type">Their stored form.</param>
/// <param name="revision">Their revision.</param>
internal sealed partial class AlertSettings<T>(AlertSettingsTable table, string kind, JsonTypeInfo<T> type, Func<T, int> revision)
    where T : class
{
    private const int Attempts = 5;

    /// <summary>One document, or null.</summary>
    public async Task<T?> FindAsync(string id, CancellationToken cancel) => await table.FindAsync(kind, id, cancel) is { } row ? Read(row.Json) : null;

    /// <summary>One document.</summary>
    public async Task<T> GetAsync(string id, CancellationToken cancel) => await FindAsync(Checked(id), cancel) ?? throw Absent(id);

    /// <summary>Every document, by id.</summary>
    public IAsyncEnumerable<T> ListAsync(string? after, CancellationToken cancel) => table.ListAsync(kind, after, cancel).Select(Read);

    /// <summary>Writes what <paramref name="decide"/> makes of what there is.</summary>
    public async Task<(T Value, bool Created)> PutAsync(string id, string? ifMatch, Func<T?, T> decide, CancellationToken cancel)
    {
        Checked(id);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await table.FindAsync(kind, id, cancel);
            var before = found is { } row ? Read(row.Json) : null;
            Preconditions.Check(ifMatch, before is null ? null : revision(before));
            var next = decide(before);
            if (await table.TryPutAsync(kind, id, JsonSerializer.Serialize(next, type), found?.ETag, cancel)) return (next, before is null);
        }

        throw new ProblemException(ProblemKind.VersionConflict, $"Other writers kept changing {kind} {id}. Read it again and repeat.");
    }

    /// <summary>Removes a document.</summary>
    public async Task DeleteAsync(string id, string? ifMatch, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await table.FindAsync(kind, Checked(id), cancel) ?? throw Absent(id);
            Preconditions.Check(ifMatch, revision(Read(found.Json)));
            if (await table.TryDeleteAsync(kind, id, found.ETag, cancel)) return;
        }

        throw new ProblemException(ProblemKind.VersionConflict, $"Other writers kept changing {kind} {id}. Read it again and repeat.");
    }

    private T Read(string json) => JsonSerializer.Deserialize(json, type)!;

    private ProblemException Absent(string id) => new(ProblemKind.NotFound, $"There is no {kind} {id}.") { Where = "id" };

    private static string Checked(string id) => Rule().IsMatch(id) ? id
        : throw new ProblemException(ProblemKind.InvalidName, "An id has 1 to 64 letters, digits, dots, underscores or hyphens, and begins with a letter or digit.") { Where = "id" };

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
