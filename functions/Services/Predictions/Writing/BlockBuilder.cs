using System.Collections.Immutable;
using System.Text;
using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Turns requests into the columns of one block.</summary>
internal sealed class BlockBuilder
{
    private const int TileRows = 256;

    private readonly StreamSchema schema;
    private readonly ColumnBuffer[] columns;
    private readonly TensorColumns[] tensors;
    private readonly IdColumnBuffer ids = new();
    private readonly FixedColumnBuffer<int>[] numbers = [new(), new(), new(), new(), new()];
    private readonly TextColumnBuffer[] texts = [new(), new(), new(), new(), new(), new()];
    private readonly TextColumnBuffer[] segments;
    private readonly TextColumnBuffer[] entities;

    public BlockBuilder(StreamSchema schema, byte[] hashKey)
    {
        this.schema = schema;
        segments = [.. schema.Segments.Select(key => Keyed(LogColumns.Segment + key, hashKey))];
        entities = [.. schema.Entities.Select(key => Keyed(LogColumns.Entity + key, hashKey))];
        tensors = [.. schema.Schema.Tensors.Select(layout => new TensorColumns(layout, hashKey))];
        columns = [ids, .. numbers, .. texts, .. segments, .. entities, .. tensors.SelectMany(tensor => tensor.Columns)];
    }

    public int Rows => ids.Rows;

    /// <summary>About how many bytes the block will have.</summary>
    public int Bytes => columns.Sum(column => column.Bytes);

    /// <summary>Takes some rows of a request.</summary>
    public void Add(PredictionEntry entry, int first, int count)
    {
        ref readonly var header = ref entry.Header;
        ids.Add(header.Id, first, count);
        AddFixed(header, count);
        AddKeyed(segments, schema.Segments, header.Segments, header.RowSegments, first, count);
        AddKeyed(entities, schema.Entities, header.Entities, header.RowEntities, first, count);
        for (var tensor = 0; tensor < tensors.Length; tensor++)
            if (entry.TryGet(tensor, out var values, out var hashed)) tensors[tensor].Append(values, hashed, header.Rows, first, count, TileRows);
            else tensors[tensor].AppendNulls(count);
    }

    /// <summary>Writes the block's payload and begins anew.</summary>
    public void Encode(BlockBuffer block)
    {
        foreach (var column in columns)
        {
            column.Encode(block);
            column.Clear();
        }
    }

    private void AddFixed(in PredictionHeader header, int count)
    {
        numbers[0].Fill(header.Version, count);
        numbers[1].Fill(header.Status, count);
        numbers[2].Fill(Microseconds(header.Queue), count);
        numbers[3].Fill(Microseconds(header.Compute), count);
        numbers[4].Fill(Microseconds(header.Total), count);
        texts[0].Fill(header.Variant, count);
        texts[1].Fill(header.Reason, count);
        texts[2].Fill(header.Problem, count);
        texts[3].Fill(header.CorrelationId, count);
        texts[4].Fill(header.TraceParent, count);
        texts[5].Fill(header.RoutingKey, count);
    }

    private static void AddKeyed(TextColumnBuffer[] buffers, ImmutableArray<string> keys, IReadOnlyList<KeyValuePair<string, string>>? all,
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>>? rows, int first, int count)
    {
        for (var at = 0; at < buffers.Length; at++)
            if (rows is null) AddKeyed(buffers[at], Find(all, keys[at]), count);
            else
                for (var row = first; row < first + count; row++) AddKeyed(buffers[at], Find(rows[row], keys[at]), 1);
    }

    private static void AddKeyed(TextColumnBuffer buffer, string? value, int count)
    {
        if (value is null || buffer is not HashedColumnBuffer) buffer.Fill(value, count);
        else
            for (var row = 0; row < count; row++) buffer.AppendText(Encoding.UTF8.GetBytes(value));
    }

    private static string? Find(IReadOnlyList<KeyValuePair<string, string>>? values, string key)
    {
        for (var at = 0; at < (values?.Count ?? 0); at++)
            if (values![at].Key == key) return values[at].Value;
        return null;
    }

    private TextColumnBuffer Keyed(string column, byte[] hashKey) => schema.Rule(column)?.Kind is FeatureRuleKind.Hash
        ? new HashedColumnBuffer(hashKey, 0)
        : new TextColumnBuffer();

    private static int Microseconds(TimeSpan time) => (int)Math.Clamp(time.Ticks / TimeSpan.TicksPerMicrosecond, 0, int.MaxValue);
}
