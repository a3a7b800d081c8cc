using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Apache.Arrow;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.Services.Tests.Predictions;

public sealed class FormatTests
{
    private static readonly ModelName Model = ModelName.Parse("m");
    private static readonly PredictionId Request = new PredictionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(55))).Request;

    [Property(MaxTest = 200)]
    public void Block_OfAnyDoubles_GivesTheSameBits(double[][] rows)
    {
        var kept = rows.Where(row => row is { Length: > 0 }).ToList();
        if (kept.Count == 0) return;
        var schema = Schema(ElementType.Double, [new(null, null), new(null, null), new(null, null)]);
        var batch = RoundTrip(schema, [.. kept.Select(row => ((int)1, (Action<PredictionEntry>)(entry => entry.Tensor<double>(0, row))))]);
        var lists = (ListArray)batch.Column("input_x");
        var values = (DoubleArray)lists.Values;
        Assert.Equal(kept.SelectMany(row => row).Select(BitConverter.DoubleToInt64Bits), values.Values[..lists.ValueOffsets[^1]].ToArray().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(kept.Select(row => row.Length), Enumerable.Range(0, kept.Count).Select(lists.GetValueLength));
    }

    [Property(MaxTest = 200)]
    public void Block_OfAnyTexts_GivesTheSameTexts(NonNull<string>[] texts, bool[] nulls)
    {
        if (texts.Length == 0) return;
        var schema = Schema(ElementType.String, [new(null, "N")]);
        var given = texts.Select((text, at) => at < nulls.Length && nulls[at] ? null : Valid(text.Get)).ToArray();
        var batch = RoundTrip(schema, (given.Length, entry => entry.Texts(0, given)));
        var read = (StringArray)batch.Column("input_x");
        Assert.Equal(given, Enumerable.Range(0, read.Length).Select(row => read.GetString(row)));
    }

    [Property(MaxTest = 100)]
    public void Frame_WithAnyByteChanged_DoesNotOpen(int at, byte by)
    {
        var block = new FreshSchema("m", "w", [new("id", LogType.Id)]).ToBlock();
        Assert.NotNull(Frame.Open(block, out _));
        // Two bytes of the head mean nothing; all the others are covered.
        var place = (int)((uint)at % block.Length);
        block[place] ^= (byte)(by | 1);
        Assert.Null(Frame.Open(block, out var flaw));
        Assert.NotNull(flaw);
    }

    [Theory]
    [InlineData(ElementType.Int8, 1)]
    [InlineData(ElementType.UInt8, 1)]
    [InlineData(ElementType.Int16, 2)]
    [InlineData(ElementType.UInt16, 2)]
    [InlineData(ElementType.Int32, 4)]
    [InlineData(ElementType.UInt32, 4)]
    [InlineData(ElementType.Int64, 8)]
    [InlineData(ElementType.UInt64, 8)]
    [InlineData(ElementType.Float, 4)]
    [InlineData(ElementType.Double, 8)]
    public void Block_OfEveryFixedType_KeepsTheBytes(ElementType type, int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(300 * 2 * size);
        var batch = RoundTrip(Schema(type, [new(null, "N"), new(2, null)]), (300, entry => entry.Tensor(0, bytes)));
        for (var column = 0; column < 2; column++)
        {
            var read = batch.Column($"input_x_{column}").Data.Buffers[1].Span;
            for (var row = 0; row < 300; row++)
                Assert.True(bytes.AsSpan((row * 2 + column) * size, size).SequenceEqual(read.Slice(row * size, size)));
        }
    }

    [Property(MaxTest = 200)]
    public void Block_OfAnyWholeNumbers_GivesThemBack(NonEmptyArray<long> given, byte shift)
    {
        long[] longs = [.. given.Get.SelectMany(value => (long[])[value, value << (shift % 64), long.MaxValue >> (shift % 64), long.MinValue >> (shift % 64)])];
        int[] ints = [.. longs.Select(value => unchecked((int)value))];
        var read = RoundTrip(Schema(ElementType.Int64, [new(null, "N")]), (longs.Length, entry => entry.Tensor<long>(0, longs)));
        Assert.Equal(longs, ((Int64Array)read.Column("input_x")).Values.ToArray());
        read = RoundTrip(Schema(ElementType.Int32, [new(null, "N"), new(null, "M")]), (longs.Length, entry => entry.Tensor<int>(0, ints)));
        Assert.Equal(ints, ((Int32Array)((ListArray)read.Column("input_x")).Values).Values.ToArray());
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(1_000, 2)]
    [InlineData(100_000, 4)]
    [InlineData(1L << 40, 8)]
    public void Block_OfSmallNumbers_IsNarrow(long most, int width)
    {
        var buffer = new FixedColumnBuffer<long>();
        for (var row = 0; row < 4096; row++) buffer.Fill(row % 2 == 0 ? most : -most, 1);
        using var block = new BlockBuffer(64);
        buffer.Encode(block);
        Assert.InRange(block.Length, 4096 * width, (4096 * width) + 16);
    }

    [Fact]
    public void Block_OfHalves_IsWidenedExactly()
    {
        Half[] halves = [(Half)1.5, Half.NaN, Half.Epsilon, Half.NegativeInfinity];
        var batch = RoundTrip(Schema(ElementType.Float16, [new(null, "N")]), (4, entry => entry.Tensor<Half>(0, halves)));
        Assert.Equal(halves.Select(half => (float)half), ((FloatArray)batch.Column("input_x")).Values.ToArray());
    }

    [Fact]
    public void Block_OfBooleans_GivesThemBack()
    {
        var batch = RoundTrip(Schema(ElementType.Bool, [new(null, "N")]), (9, entry => entry.Tensor<bool>(0, [true, false, true, true, false, false, true, false, true])));
        Assert.Equal([true, false, true, true, false, false, true, false, true], Enumerable.Range(0, 9).Select(row => ((BooleanArray)batch.Column("input_x")).GetValue(row)!.Value));
    }

    [Fact]
    public void Block_OfATensorBeyondTheLimit_KeepsItsHash()
    {
        var image = MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, 3 * 20 * 20).Select(at => (float)at)]).ToArray();
        var schema = Schema(ElementType.Float, [new(null, "N"), new(3, null), new(20, null), new(20, null)], new() { LargeTensorBytes = 1000 });
        var batch = RoundTrip(schema, (1, entry => entry.Tensor(0, image)));
        Assert.True(batch.Column("input_x").IsNull(0));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(image)), ((StringArray)batch.Column("input_x_sha256")).GetString(0));
    }

    [Fact]
    public void Block_OfATensorWithinTheLimit_KeepsTheList()
    {
        float[] image = [.. Enumerable.Range(0, 2 * 3 * 4 * 4).Select(at => (float)at)];
        var batch = RoundTrip(Schema(ElementType.Float, [new(null, "N"), new(3, null), new(4, null), new(4, null)]), (2, entry => entry.Tensor<float>(0, image)));
        Assert.Equal(image[48..], ((FloatArray)((ListArray)batch.Column("input_x")).GetSlicedValues(1)).Values.ToArray());
        Assert.True(batch.Column("input_x_sha256").IsNull(0));
    }

    [Fact]
    public void Block_OfRequestsWithAndWithoutTensors_HasNulls()
    {
        var batch = RoundTrip(Schema(ElementType.Int64, [new(null, "N")]), (2, entry => entry.Tensor<long>(0, [7, 7])), (1, _ => { }), (1, entry => entry.Tensor<long>(0, [8])));
        Assert.Equal([7, 7, null, 8], Enumerable.Range(0, 4).Select(row => ((Int64Array)batch.Column("input_x")).GetValue(row)));
    }

    [Fact]
    public void Block_WithOneRow_IsSmall()
    {
        var builder = new BlockBuilder(StreamSchema.Of(Schema(ElementType.Float, [new(null, "N"), new(30, null)])), []);
        using var entry = Entry(Schema(ElementType.Float, [new(null, "N"), new(30, null)]), 1);
        entry.Tensor<float>(0, [.. Enumerable.Range(0, 30).Select(at => (float)at)]);
        builder.Add(entry, 0, 1);
        using var block = new BlockBuffer(64);
        builder.Encode(block);
        Assert.InRange(block.Length, 120, 800);
    }

    [Fact]
    public void Tensor_OfAnotherSizeThanAnnounced_IsRefused()
    {
        using var entry = Entry(Schema(ElementType.Float, [new(null, "N"), new(3, null)]), 2);
        Assert.Throws<ArgumentException>(() => entry.Tensor<float>(0, [1, 2, 3]));
    }

    [Theory]
    [InlineData("a1b2")]
    [InlineData("01a0c450-6c00-4137-b2a7-31aed4075f94")]
    [InlineData("01a0c450-6c00-7137-b2a7-31aed4075f94:1048576")]
    [InlineData("01a0c450-6c00-7137-b2a7-31aed4075f94:-1")]
    public void Id_ThatIsNone_IsRefused(string text) =>
        Assert.Equal(ProblemKind.InvalidRequest, Assert.Throws<ProblemException>(() => PredictionId.Parse(text)).Kind);

    [Property]
    public void Id_OfAnyRow_TellsItsRequestRowAndTime(uint row, uint milliseconds)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + milliseconds);
        var request = new PredictionId(Guid.CreateVersion7(time)).Request;
        var id = request.ForRow((int)(row % PredictionId.MaximumRows));
        Assert.Equal((request, (int)(row % PredictionId.MaximumRows), time, 7), (id.Request, id.Row, id.Time, id.Value.Version));
        Assert.Equal(id, PredictionId.Parse(id.ToString()));
        Assert.Equal(id, PredictionId.Parse($"{request}:{id.Row}"));
    }

    [Property(MaxTest = 200)]
    public void Block_OfRequestsOfAnySize_HasEveryIdInItsPlace(PositiveInt[] sizes)
    {
        if (sizes.Length == 0) return;
        var schema = Schema(ElementType.Int64, [new(null, "N")]);
        var batch = RoundTrip(schema, [.. sizes.Select(size => (size.Get, (Action<PredictionEntry>)(entry => entry.Tensor<long>(0, [.. Enumerable.Range(0, size.Get).Select(row => (long)row)]))))]);
        var (ids, times, values) = ((StringArray)batch.Column("id"), (TimestampArray)batch.Column("time"), (Int64Array)batch.Column("input_x"));
        var request = PredictionId.Parse(ids.GetString(0)).Request;
        for (var row = 0; row < batch.Length; row++)
        {
            Assert.Equal(request.ForRow((int)values.GetValue(row)!.Value), PredictionId.Parse(ids.GetString(row)));
            Assert.Equal(request.Milliseconds, times.GetValue(row));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(1 << 30)]
    public void Block_WhoseRunsDoNotAddUp_IsRefused(int rows)
    {
        var buffer = new IdColumnBuffer();
        buffer.Add(new PredictionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), 0, 40);
        buffer.Add(new PredictionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch)), 0, 40);
        using var block = new BlockBuffer(64);
        buffer.Encode(block);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(block.Span[^8..], rows);
        Assert.Throws<InvalidDataException>(() => BlockReader.Read([new(LogColumns.Id, LogType.Id)], block.Memory, 80, _ => true));
    }

    private static string Valid(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static PredictionSchema Schema(ElementType type, Dimension[] shape, LoggingPolicy? policy = null) => PredictionSchema.Of(
        new(1, Digest.Of(new byte[32]), 1, new Signature([new("x", ValueKind.Tensor, type, shape)], []), null, null, false), policy ?? new());

    private static PredictionEntry Entry(PredictionSchema schema, int rows) =>
        new(Model, schema, LogRig.Header(Request, rows));

    private static RecordBatch RoundTrip(PredictionSchema schema, params (int Rows, Action<PredictionEntry> Fill)[] requests)
    {
        var stream = StreamSchema.Of(schema);
        var builder = new BlockBuilder(stream, []);
        foreach (var (rows, fill) in requests)
        {
            using var entry = Entry(schema, rows);
            fill(entry);
            // Cut in two, as a request that fills a block is.
            builder.Add(entry, 0, (rows + 1) / 2);
            if (rows > 1) builder.Add(entry, (rows + 1) / 2, rows - (rows + 1) / 2);
        }
        var total = builder.Rows;
        using var block = new BlockBuffer(64);
        builder.Encode(block);
        return BlockReader.Read(stream.Columns, block.Memory.ToArray(), total, _ => true);
    }
}
