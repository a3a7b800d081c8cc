using System.Text;
using Serverless.Services.Inference.Running;
using Serverless.Services.Predictions;

namespace Serverless.Services.Tests.Inference;

public sealed class PredictionIdsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(100, 100)]
    [InlineData(101, 1)]
    [InlineData(1_000_000, 1)]
    public void Ids_OfARequest_NameItsRowsInTheHeaderAndInTheBody(int rows, int listed)
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var ids = new PredictionIds();
        ids.Make(rows, now);
        var header = new char[PredictionIds.HeaderLength(ids.Listed)];
        ids.WriteHeader(header);
        Assert.Equal(Enumerable.Range(0, listed).Select(ids.Request.ForRow), new string(header).Split(',').Select(PredictionId.Parse));
        Assert.Equal((now, 7, 0), (ids.Request.Time, ids.Request.Value.Version, ids.Request.Row));
        Span<byte> text = stackalloc byte[64];
        foreach (var row in (int[])[0, rows / 2, rows - 1])
            Assert.Equal(ids.Request.ForRow(row), PredictionId.Parse(Encoding.ASCII.GetString(text[..ids.Format(row, text)])));
    }

    [Fact]
    public void Ids_OfManyRequests_AreNeverTheSame()
    {
        var ids = new PredictionIds();
        var made = new HashSet<PredictionId>();
        for (var request = 0; request < 10_000; request++)
        {
            ids.Make(1, DateTimeOffset.UnixEpoch);
            Assert.True(made.Add(ids.Request));
        }
    }
}
