using System.Runtime.CompilerServices;
using Apache.Arrow;
using ParquetSharp;

namespace Serverless.Services.Predictions;

/// <summary>Somewhere that rows stand: a fresh blob, or a row group of a compacted file.</summary>
internal interface IPredictionSource
{
    public string Path { get; }

    public IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, CancellationToken cancel);
}

/// <summary>A compacted file.</summary>
internal sealed class PartRows(PartSource part, PredictionQuery query, PredictionId? id) : IPredictionSource
{
    private const int GroupsAtOnce = 2;

    public string Path => part.Path;

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        var groups = await part.GroupsAsync(query, id, cancel);
        var sequences = groups.Select(group => (Func<CancellationToken, IAsyncEnumerable<RecordBatch>>)(inner => part.ReadAsync(group, wanted, inner)));
        await foreach (var batch in Ahead.InOrderAsync(sequences, GroupsAtOnce, cancel)) yield return batch;
    }
}

/// <summary>A fresh blob from the byte on that no part covers.</summary>
internal sealed class FreshRows(FreshSource source, long from, long to, string path, ReadReport report) : IPredictionSource
{
    public string Path => path;

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var block in source.BlocksAsync(from, to, cancel))
            if (Decode(block, wanted) is { } batch) yield return batch;
    }

    private RecordBatch? Decode(FreshBlock block, Func<string, bool> wanted)
    {
        try
        {
            return BlockReader.Read(block.Schema.Columns, block.Payload, block.Rows, wanted);
        }
        catch (InvalidDataException damaged)
        {
            report.Add(new(path, block.At, block.At + Frame.HeadBytes + block.Payload.Length, damaged.Message));
            return null;
        }
    }
}

/// <summary>A source whose damage is told, so that those beside it are read all the same.</summary>
internal sealed class GuardedRows(IPredictionSource source, ReadReport report) : IPredictionSource
{
    public string Path => source.Path;

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var batches = source.ReadAsync(wanted, cancel).GetAsyncEnumerator(cancel);
        while (await MoveAsync(batches)) yield return batches.Current;
    }

    private async Task<bool> MoveAsync(IAsyncEnumerator<RecordBatch> batches)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (Exception damaged) when (damaged is ParquetException or InvalidDataException)
        {
            report.Add(new(Path, 0, 0, damaged.Message));
            return false;
        }
    }
}
