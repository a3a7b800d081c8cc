using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry;

/// <summary>
/// A model's traffic split: a property of its row <c>rollout</c>, beside whatever else stands there. Serving sees a change only when the model's own
/// row changes with it, as every plan of <see cref="ModelStore"/> makes it.
/// </summary>
public static class TrafficRows
{
    private const string Property = "traffic";
    private const string Warm = "warm";

    /// <summary>The action that sets the split, or with null ends it, and leaves the rest of the row as it is. A transaction that writes the row itself uses <see cref="Write"/>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidPolicy"/></exception>
    public static TableTransactionAction Put(ModelName model, TrafficSplit? split)
    {
        var row = new TableEntity(StorageNames.Partition(model), StorageNames.RolloutRow);
        Write(row, split);
        return new(TableTransactionActionType.UpsertMerge, row);
    }

    /// <summary>Writes the split, or that there is none, into the row.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidPolicy"/></exception>
    public static void Write(TableEntity row, TrafficSplit? split) =>
        // Empty, as a merge removes no property.
        row[Property] = split is null ? "" : JsonSerializer.Serialize(split.Check(), StoredJson.Default.TrafficSplit);

    /// <summary>Writes into the row which versions every instance keeps loaded.</summary>
    internal static void WriteWarm(TableEntity row, IReadOnlyCollection<int> versions) => row[Warm] = string.Join(',', versions.Select(version => version.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The versions that every instance keeps loaded.</summary>
    internal static IReadOnlyList<int> ReadWarm(TableEntity? row) => row?.GetString(Warm) is { Length: > 0 } list
        ? [.. list.Split(',').Select(version => int.Parse(version, CultureInfo.InvariantCulture))]
        : [];

    /// <summary>The split that a row holds, or null.</summary>
    public static TrafficSplit? Read(TableEntity? row) => row?.GetString(Property) is { Length: > 0 } json
        ? JsonSerializer.Deserialize(json, StoredJson.Default.TrafficSplit)
        : null;
}
