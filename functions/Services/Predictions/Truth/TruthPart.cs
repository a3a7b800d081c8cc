using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Serverless.Services.Predictions;

/// <summary>The one Parquet of an hour of truth, about to take its predecessor's place.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Listed">The files whose rows it holds.</param>
/// <param name="Rows">The statements, each once, in order.</param>
/// <param name="Waiting">Predictions that they are about and that the log does not have.</param>
/// <param name="Matched">Those that it has.</param>
internal sealed record TruthPart(string Path, Partition Listed, List<TruthRow> Rows, int Waiting, int Matched)
{
    private const int Number = 1;

    /// <summary>The one that is there; null when there is none.</summary>
    public static PartFile? In(Partition listed) => listed.Parts.FirstOrDefault(part => part.Number == Number);

    /// <summary>The one write that decides. It is conditional: of two instances that compact the same hour, one wins, and the other is told false.</summary>
    public async Task<bool> CommitAsync(TruthFiles files, CancellationToken cancel)
    {
        var upload = new BlobUploadOptions
        {
            Conditions = In(Listed) is { } part ? new BlobRequestConditions { IfMatch = part.Tag } : new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/vnd.apache.parquet" },
            Metadata = new Dictionary<string, string>
            {
                [Partition.Covers] = string.Join(',', Listed.Fresh.Select(file => $"{file.Name}:{Text(file.Length)}")),
                [Partition.RowsKey] = Text(Rows.Count),
                [Partition.Waiting] = Text(Waiting),
                [Partition.Matched] = Text(Matched),
            },
        };
        try
        {
            using var parquet = Parquet(files.Kind);
            await files.Container.GetBlockBlobClient(Path).UploadAsync(parquet, upload, cancel);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status is 404 or 409 or 412)
        {
            return false;
        }
    }

    private MemoryStream Parquet(TruthKind kind)
    {
        var target = new MemoryStream();
        using var batch = new TruthRows(kind).Write(Rows);
        using (var writer = new PartWriter(target))
        {
            writer.Write(batch);
            writer.Close();
        }
        target.Position = 0;
        return target;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
