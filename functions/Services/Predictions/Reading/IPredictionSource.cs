using System.Runtime.CompilerServices;
using Apache.Arrow;
using ParquetSharp;

namespace Serverless.Services.Predictions;

/// <summary>Somewhere that rows stand: a fresh blob, or a row group of a compacted file.</summary>
internal interface IPredictionSource
{
    public string Path { get; }

    public IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, CancellationToken cancel);

    /// <summary>Its pieces in their order, each a source of its own that needs about the same memory to read.</summary>
    public IAsyncEnumerable<IPredictionSource> SplitAsync(CancellationToken cancel);
}

/// <summary>A compacted file.</summary>
internal sealed class PartRows(PartSource part, PredictionQuery query, PredictionId? id) : IPredictionSource
{
    public string Path => part.Path;

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var group in await part.GroupsAsync(query, id, cancel))
            await foreach (var batch in part.ReadAsync(group, wanted, cancel)) yield return batch;
    }

    public async IAsyncEnumerable<IPredictionSource> SplitAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var group in await part.GroupsAsync(query, id, cancel)) yield return new GroupRows(part, group);
    }
}

/// <summary>A row group of a compacted file.</summary>
internal sealed class GroupRows(PartSource part, int group) : IPredictionSource
{
    public string Path => part.Path;

    public IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, CancellationToken cancel) => part.ReadAsync(group, wanted, cancel);

    public IAsyncEnumerable<IPredictionSource> SplitAsync(CancellationToken cancel) => AsyncEnumerable.Repeat<IPredictionSource>(this, 1);
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

    public IAsyncEnumerable<IPredictionSource> SplitAsync(CancellationToken cancel) => AsyncEnumerable.Repeat<IPredictionSource>(this, 1);

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

    public IAsyncEnumerable<RecordBatch> ReadAsync(Func<string, bool> wanted, CancellationToken cancel) => GuardAsync(source.ReadAsync(wanted, cancel), cancel);

    public IAsyncEnumerable<IPredictionSource> SplitAsync(CancellationToken cancel) =>
        GuardAsync(source.SplitAsync(cancel), cancel).Select(IPredictionSource (piece) => new GuardedRows(piece, report));

    private async IAsyncEnumerable<T> GuardAsync<T>(IAsyncEnumerable<T> sequence, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var items = sequence.GetAsyncEnumerator(cancel);
        while (await MoveAsync(items)) yield return items.Current;
    }

    private async Task<bool> MoveAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception damaged) when (damaged is ParquetException or InvalidDataException)
        {
            report.Add(new(Path, 0, 0, damaged.Message));
            return false;
        }
    }
}
