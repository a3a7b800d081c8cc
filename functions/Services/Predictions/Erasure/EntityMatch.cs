using System.Text;
using Apache.Arrow;
using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>Finds one entity's rows, whether a policy keeps its key as it came or as a hash.</summary>
/// <param name="entity">The key.</param>
/// <param name="name">The name under which callers send it; null for any.</param>
/// <param name="until">The time of the last prediction that is meant.</param>
/// <param name="hashKey">The key of the hashes.</param>
internal sealed class EntityMatch(string entity, string? name, DateTimeOffset until, byte[] hashKey)
{
    private readonly byte[] plain = Encoding.UTF8.GetBytes(entity);
    private readonly byte[] hashed = Encoding.UTF8.GetBytes(HashedColumnBuffer.Hash(hashKey, Encoding.UTF8.GetBytes(entity)));

    /// <summary>The last hour that may hold one.</summary>
    public DateTimeOffset LastHour { get; } = PredictionPaths.HourOf(until);

    /// <summary>The columns to look at.</summary>
    public bool Wants(string column) => column == LogColumns.Id || (name is null ? column.StartsWith(LogColumns.Entity, StringComparison.Ordinal) : column == LogColumns.Entity + name);

    /// <summary>The ids of a batch's rows that are the entity's.</summary>
    public IEnumerable<PredictionId> In(RecordBatch batch)
    {
        var ids = (StringArray)batch.Column(LogColumns.Id);
        StringArray[] keys = [.. Enumerable.Range(0, batch.ColumnCount).Where(at => batch.Schema.GetFieldByIndex(at).Name != LogColumns.Id).Select(at => batch.Column(at)).OfType<StringArray>()];
        for (var row = 0; row < batch.Length; row++)
            if (System.Array.Exists(keys, key => IsMeant(key, row)) && BatchFilter.IdAt(ids, row) is var id && id.Time <= until) yield return id;
    }

    private bool IsMeant(StringArray key, int row) => key.IsValid(row) && (key.GetBytes(row).SequenceEqual(plain) || key.GetBytes(row).SequenceEqual(hashed));
}
