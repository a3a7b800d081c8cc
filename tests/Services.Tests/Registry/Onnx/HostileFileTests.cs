using Serverless.Testing;
using Serverless.Core.Problems;
using Serverless.Services.Registry.Onnx;

namespace Serverless.Services.Tests.Registry.Onnx;

/// <summary>Files that were made to hurt: they are refused, soon, and cost little.</summary>
public sealed class HostileFileTests
{
    /// <summary>-11 as a length: back over itself and over the tag before it.</summary>
    private static readonly byte[] Back = [0xf5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];

    [Fact]
    public async Task Read_OfALengthThatLeadsBack_Ends()
    {
        // A graph of one byte, the tag of its name. The length lies behind the graph and leads back to the tag.
        byte[] file = [0x08, 0x08, 0x3a, 0x01, 0x12, .. Back, .. new byte[100]];
        await Task.Run(() => Refused(file)).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Read_OfATextWithoutItsLength_IsRefused()
    {
        // A node of one byte, the tag of its operator.
        Refused([0x08, 0x08, 0x3a, 0x0d, 0x0a, 0x01, 0x22, .. Back, .. new byte[100]]);
    }

    [Fact]
    public async Task Read_OfATinyModelWithWrongLengths_ReadsItOrRefusesIt()
    {
        var whole = TinyModel.Of(initializer: new Protobuf().Text(8, "w"), node: new Protobuf().Message(5, new Protobuf().Message(6, new()))).ToArray();
        var random = new Random(20_261_124);
        var refused = 0;
        void ReadAll()
        {
            for (var round = 0; round < 20_000; round++)
            {
                try
                {
                    OnnxFile.Read(new MemoryStream(Mislead(whole, random)));
                }
                catch (ProblemException problem) when (problem.Kind == ProblemKind.InvalidModel)
                {
                    refused++;
                }
            }
        }
        await Task.Run(ReadAll).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.InRange(refused, 1000, 19_999);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(11)]
    public void Read_OfEndlessNames_IsRefused(int field)
    {
        var graph = new Protobuf();
        for (var number = 0; number < 6000; number++) graph.Message(field, Named(field, $"{number}{Padding}"));
        using var file = new MemoryStream(new Protobuf().Varint(1, 8).Message(7, graph).ToArray());
        var problem = Assert.Throws<ProblemException>(() => OnnxFile.Read(file));
        Assert.Contains("more than a model needs", problem.Message);
    }

    [Fact]
    public void Read_OfANameBeyondReason_IsRefused() =>
        Refused(TinyModel.Of(input: TinyModel.Value(new('x', 4097))).ToArray());

    [Fact]
    public void Read_OfDataOutsideBehindAWideEnum_IsRefused() =>
        Refused(TinyModel.Of(initializer: new Protobuf().Text(8, "w").Varint(14, 0x1_0000_0001)).ToArray());

    /// <summary>Puts a negative or small number of any width in a place or two.</summary>
    private static byte[] Mislead(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (var hits = random.Next(1, 4); hits > 0; hits--)
        {
            var at = random.Next(bytes.Count);
            byte[] number = random.Next(2) == 0 ? [(byte)random.Next(128)] : [(byte)random.Next(0xd0, 0x100), .. Back[1..]];
            bytes.RemoveAt(at);
            bytes.InsertRange(at, number);
        }
        return [.. bytes];
    }

    private static readonly string Padding = new('x', 4000);

    /// <summary>An initializer, a node or an input, by the graph's field.</summary>
    private static Protobuf Named(int field, string name) => field switch
    {
        5 => new Protobuf().Text(8, name),
        1 => new Protobuf().Text(4, name),
        _ => TinyModel.Value(name),
    };

    private static void Refused(byte[] file) =>
        Assert.Equal(ProblemKind.InvalidModel, Assert.Throws<ProblemException>(() => OnnxFile.Read(new MemoryStream(file))).Kind);
}
