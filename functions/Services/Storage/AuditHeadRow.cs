using Azure;
using Azure.Data.Tables;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>The end of an audit chain as a row beside its entries.</summary>
internal static class AuditHeadRow
{
    /// <summary>The change of a chain's end, from what was seen.</summary>
    public static TableTransactionAction Move(string partition, string row, AuditHead head, ETag? seen)
    {
        var end = new TableEntity(partition, row) { ["count"] = head.Count, ["hash"] = head.Hash, ["last"] = head.Last };
        return seen is { } etag ? new(TableTransactionActionType.UpdateReplace, end, etag) : new(TableTransactionActionType.Add, end);
    }

    /// <summary>A chain's end, with what its change has to match.</summary>
    public static (AuditHead Head, ETag? ETag) Read(TableEntity? row) => row is null
        ? (AuditHead.Start, null)
        : (new(row.GetInt64("count")!.Value, row.GetString("hash"), row.GetDateTimeOffset("last")!.Value), row.ETag);
}
