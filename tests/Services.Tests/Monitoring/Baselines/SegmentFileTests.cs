using Apache.Arrow;
using Apache.Arrow.Types;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Scans;

namespace Serverless.Services.Tests.Monitoring.Baselines;

/// <summary>A baseline's slices: each holds its own rows, their number and size are bounded, and damage is told.</summary>
public sealed class SegmentFileTests
{
    [Fact]
    public void Slices_HoldTheirRows_OfTheCommonestFiftyValues()
    {
        // Value k stands in k + 1 rows, each with k as its number; every third row has none.
        var rows = Enumerable.Range(0, 80).SelectMany(value => Enumerable.Repeat(value, value + 1)).ToArray();
        var parts = Build(rows.Select(value => (float?)value).Select((value, at) => at % 3 == 0 ? null : value).ToArray(), [.. rows.Select(value => $"v{value}")]);

        var segment = Assert.Single(parts.Baseline.Segments);
        Assert.Equal(("country", 80, SegmentFile.MostValues), (segment.Key, segment.Distinct, segment.Values.Count));
        Assert.Equal(Enumerable.Range(30, 50).ToDictionary(value => $"v{value}", value => value + 1L), segment.Values);
        using var slices = new BaselineSlices(new RentedCopy(parts.Segments!), parts.Baseline.Columns);
        for (var value = 30; value < 80; value++)
        {
            using var slice = slices.Read("age", $"country=v{value}")!;
            Assert.Equal(value + 1, slice.Size + slice.Missing);
            Assert.All(slice.Sorted.ToArray(), number => Assert.Equal(value, number));
        }
        Assert.Null(slices.Read("age", "country=v29"));
        Assert.Null(slices.Read("height", "country=v79"));
    }

    [Fact]
    public void Slices_OfVeryManyRows_AreAUniformSample_WithinTheirBytes()
    {
        const int Rows = 1_000_000, Columns = 8;
        var parts = Build([.. Enumerable.Range(0, Rows).Select(row => (float?)(row % 1_000))], [.. Enumerable.Range(0, Rows).Select(row => row % 4 == 0 ? "DE" : "FR")], Columns);
        Assert.InRange(parts.Segments!.Length, 1 << 20, 33 << 20);
        var kept = parts.Baseline.Segments[0].Values;
        Assert.InRange(kept["DE"] / (double)(kept["DE"] + kept["FR"]), 0.245, 0.255);
        using var slices = new BaselineSlices(new RentedCopy(parts.Segments), parts.Baseline.Columns);
        using var slice = slices.Read("age", "country=FR")!;
        Assert.Equal(kept["FR"], slice.Size);
        Assert.InRange(slice.Sorted.ToArray().Average(), 498, 502);
    }

    [Fact]
    public void Slices_OfLongLabels_AreLeftOutWhereTheyDoNotFit_TheCommonestStay()
    {
        var builder = new BaselineBuilder(400, name => (name == "country" ? ColumnRole.Segment : ColumnRole.Feature, name), new Dictionary<string, ColumnType>(), _ => false);
        var notes = new StringArray.Builder().AppendRange(Enumerable.Range(0, 400).Select(row => $"{row}{new string('x', 100_000)}")).Build();
        var countries = new StringArray.Builder().AppendRange(Enumerable.Range(0, 400).Select(row => row < 300 ? "DE" : "FR")).Build();
        builder.Add(new(new Schema([new("country", StringType.Default, true), new("note", StringType.Default, true)], null), [countries, notes], 400));
        var parts = builder.Build(ModelName.Parse("m"), 1, DateTimeOffset.UnixEpoch, "test");
        Assert.Equal(new Dictionary<string, long> { ["DE"] = 300 }, parts.Baseline.Segments[0].Values);
        Assert.InRange(parts.Segments!.Length, 30_000_000, 33 << 20);
    }

    [Fact]
    public void Slices_ThatAreDamaged_AreTold()
    {
        var bytes = Build([1, 2, 3], ["a", "a", "b"]).Segments!;
        bytes[^10] ^= 0xFF;
        Assert.Throws<InvalidDataException>(() => SegmentFile.Places(bytes));
        bytes[^1] = 0x7F;
        Assert.Throws<InvalidDataException>(() => SegmentFile.Places(bytes));
        Assert.Throws<InvalidDataException>(() => SegmentFile.Places([1]));
    }

    [Fact]
    public void Table_WithoutSegments_HasNoSlices()
    {
        var builder = new BaselineBuilder(1, name => (ColumnRole.Feature, name), new Dictionary<string, ColumnType>(), _ => false);
        builder.Add(Batch([1], ["a"], 1));
        var parts = builder.Build(ModelName.Parse("m"), 1, DateTimeOffset.UnixEpoch, "test");
        Assert.Equal((0, null), (parts.Baseline.Segments.Count, parts.Segments));
    }

    private static BaselineParts Build(float?[] ages, string[] countries, int columns = 1)
    {
        var builder = new BaselineBuilder(ages.Length, name => (name == "segment_country" ? ColumnRole.Segment : ColumnRole.Feature, name.Replace("segment_", "", StringComparison.Ordinal)), new Dictionary<string, ColumnType>(), _ => false);
        using var batch = Batch(ages, countries, columns);
        builder.Add(batch);
        return builder.Build(ModelName.Parse("m"), 1, DateTimeOffset.UnixEpoch, "test");
    }

    private static RecordBatch Batch(float?[] ages, string[] countries, int columns)
    {
        var age = new FloatArray.Builder();
        foreach (var value in ages) age.Append(value);
        var numbers = age.Build();
        Field[] fields = [new("segment_country", StringType.Default, true), .. Enumerable.Range(0, columns).Select(at => new Field(at == 0 ? "age" : $"age{at}", FloatType.Default, true))];
        return new(new Schema(fields, null), [new StringArray.Builder().AppendRange(countries).Build(), .. Enumerable.Repeat(numbers, columns)], ages.Length);
    }

    private sealed class RentedCopy(byte[] bytes) : System.Buffers.IMemoryOwner<byte>
    {
        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
            // The test's own.
        }
    }
}
