using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry.Onnx;

public sealed class OnnxFileTests
{
    public static TheoryData<string> Models { get; } = [.. Directory.EnumerateFiles(Folder, "*.onnx").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Folder => Repository.File("tests", "data", "models");

    [Theory]
    [MemberData(nameof(Models))]
    public void Read_OfAShippedModel_SaysWhatOnnxRuntimeSays(string name)
    {
        var path = Path.Combine(Folder, name + ".onnx");
        using var session = new InferenceSession(path);
        using var file = File.OpenRead(path);
        var model = OnnxFile.Read(file);

        Assert.Equal(session.InputNames, model.Signature.Inputs.Select(input => input.Name));
        Assert.Equal(session.OutputNames, model.Signature.Outputs.Select(output => output.Name));
        foreach (var input in model.Signature.Inputs)
        {
            var runtime = session.InputMetadata[input.Name];
            Assert.Equal((int)runtime.ElementDataType, (int)input.ElementType);
            Assert.Equal(runtime.Dimensions, input.Shape!.Select(dimension => (int)(dimension.Size ?? -1)));
        }

        Assert.Equal(session.ModelMetadata.ProducerName, model.Producer.Split(' ')[0]);
        Assert.Null(ModelTrial.Load(path));
    }

    [Theory]
    [InlineData("", 1, 26)]
    [InlineData("ai.onnx.ml", 1, 5)]
    public void RuntimeOpsets_AreWhatOnnxRuntimeTakes(string domain, ulong oldest, ulong newest)
    {
        foreach (var opset in (ulong[])[oldest, newest])
            Assert.NotEmpty(Read(Imports(domain, opset)).Signature.Outputs);
        Assert.Null(Load(Imports(domain, newest)));
        Assert.NotNull(Load(Imports(domain, newest + 1)));
        Refused(Imports(domain, newest + 1), "operator set");
    }

    [Fact]
    public void Read_OfUnknownDomains_NamesTheOperator() => Refused(TinyModel.Of(domain: "com.acme", opset: 1, operation: "Steal"), "Steal");

    [Fact]
    public void Read_OfTheFilesOwnFunctions_IsAllowed() => Assert.Single(Read(TinyModel.Of(
        domain: "com.acme", opset: 1, operation: "Twice",
        more: model => model.Message(25, new Protobuf().Text(1, "Twice").Text(10, "com.acme")))).Signature.Inputs);

    [Fact]
    public void Read_OfAFunctionThatImportsItsOwnOperators_ChecksThose()
    {
        Protobuf With(ulong opset) => TinyModel.Of(
            domain: "com.acme", opset: 1, operation: "Twice",
            more: model => model.Message(25, new Protobuf().Text(1, "Twice").Text(10, "com.acme")
                .Message(9, new Protobuf().Text(1, "ai.onnx.ml").Varint(2, opset))
                .Message(7, new Protobuf().Text(4, "Scaler").Text(7, "ai.onnx.ml"))));
        Assert.Single(Read(With(5)).Signature.Inputs);
        Refused(With(99), "operator set 99");
    }

    [Fact]
    public void Read_OfExternalData_IsRefusedWhereverItHides()
    {
        var external = new Protobuf().Text(8, "w").Varint(14, 1);
        var path = new Protobuf().Text(8, "w").Message(13, new Protobuf().Text(1, "location").Text(2, "../../etc/passwd"));
        Refused(TinyModel.Of(initializer: external), "external data");
        Refused(TinyModel.Of(initializer: path), "external data");
        Refused(TinyModel.Of(node: new Protobuf().Message(5, new Protobuf().Text(1, "value").Message(5, external))), "external data");
        var subgraph = new Protobuf().Message(5, external);
        Refused(TinyModel.Of(node: new Protobuf().Message(5, new Protobuf().Text(1, "body").Message(6, subgraph))), "external data");
        Refused(TinyModel.Of(more: model => model.Message(25, new Protobuf().Text(1, "f").Message(7, new Protobuf().Message(5, new Protobuf().Message(5, external))))), "external data");
    }

    [Fact]
    public void Read_OfInitializersAmongTheInputs_LeavesThemOut()
    {
        var model = Read(TinyModel.Of(initializer: new Protobuf().Text(8, "x"), more: null));
        Assert.Empty(model.Signature.Inputs);
    }

    [Fact]
    public void Read_OfClassicalOutputs_KnowsMapsAndSequences()
    {
        var map = new Protobuf().Message(5, new Protobuf().Varint(1, 7).Message(2, new Protobuf().Message(1, new Protobuf().Varint(1, 1))));
        var sequence = new Protobuf().Message(4, new Protobuf().Message(1, map));
        var output = Read(TinyModel.Of(output: new Protobuf().Text(1, "y").Message(2, sequence))).Signature.Outputs[0];
        Assert.Equal((ValueKind.MapSequence, ElementType.Float, ElementType.Int64), (output.Kind, output.ElementType, output.KeyType));
    }

    [Fact]
    public void Read_OfWhatIsNoModel_IsRefused()
    {
        Refused([], "IR version");
        Refused("hello, I am a text file"u8.ToArray(), "not a readable ONNX model");
        Refused(new Protobuf().Varint(1, 8).ToArray(), "operator set");
        Refused(TinyModel.Of(input: TinyModel.Value("x", 1, long.MaxValue, 4)), "more elements");
        Refused(TinyModel.Of(input: TinyModel.Value("x", 1, -5)), "negative");
        Refused(TinyModel.Of(output: new Protobuf().Text(1, "y")), "no type");
        Refused(new Protobuf().Varint(1, 8).Claim(7, ulong.MaxValue).ToArray(), "cut off");
        Refused(new Protobuf().Varint(1, 8).Claim(7, 1 << 30).ToArray(), "cut off");
        Refused([0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "64 bits");
    }

    [Fact]
    public void Read_OfGraphsInGraphs_EndsAtADepth()
    {
        var node = new Protobuf().Text(4, "Identity");
        for (var level = 0; level < 300; level++)
            node = new Protobuf().Text(4, "If").Message(5, new Protobuf().Message(6, new Protobuf().Message(1, node)));
        Refused(TinyModel.Of(node: node), "nests deeper");
    }

    [Fact]
    public void Read_OfAHugeFile_SeeksOverItsWeights()
    {
        const long Weights = 1L << 30;
        var path = Path.GetTempFileName();
        try
        {
            // Unused weights of 1 GiB as a sparse file: the claim comes first, then a hole.
            var model = new Protobuf().Varint(1, 8).Message(8, new Protobuf().Varint(2, 13)).ToArray();
            var before = new Protobuf().Message(12, TinyModel.Value("y")).ToArray();
            var weights = new Protobuf().Text(8, "w").Claim(9, Weights).ToArray();
            var graphLength = (ulong)(before.Length + weights.Length + Weights) + (ulong)new Protobuf().Claim(5, (ulong)(weights.Length + Weights)).ToArray().Length;
            using (var file = File.Create(path))
            {
                file.Write(model);
                file.Write(new Protobuf().Claim(7, graphLength).ToArray());
                file.Write(before);
                file.Write(new Protobuf().Claim(5, (ulong)(weights.Length + Weights)).ToArray());
                file.Write(weights);
                file.SetLength(file.Position + Weights);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread();
            using var content = File.OpenRead(path);
            Assert.Equal("y", OnnxFile.Read(content).Signature.Outputs[0].Name);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1 << 20);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("iris_lr")]
    [InlineData("adult_mixed_lr")]
    [InlineData("mnist-8")]
    public void Read_OfCorruptedFiles_ReadsThemOrRefusesThem(string name)
    {
        var whole = File.ReadAllBytes(Path.Combine(Folder, name + ".onnx"));
        var random = new Random(20_261_123);
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            try
            {
                Read(Corrupt(whole, random));
            }
            catch (ProblemException problem) when (problem.Kind == ProblemKind.InvalidModel)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 3000);
    }

    private static byte[] Corrupt(byte[] whole, Random random)
    {
        var bytes = whole.AsSpan(0, random.Next(3) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
        for (var flips = random.Next(1, 8); flips > 0 && bytes.Length > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static Protobuf Imports(string domain, ulong opset) => domain.Length == 0
        ? TinyModel.Of(opset: opset)
        : TinyModel.Of(more: model => model.Message(8, new Protobuf().Text(1, domain).Varint(2, opset)));

    private static OnnxModel Read(Protobuf model) => Read(model.ToArray());

    private static OnnxModel Read(byte[] bytes) => OnnxFile.Read(new MemoryStream(bytes));

    private static void Refused(Protobuf model, string why) => Refused(model.ToArray(), why);

    private static void Refused(byte[] bytes, string why)
    {
        var problem = Assert.Throws<ProblemException>(() => Read(bytes));
        Assert.Equal(ProblemKind.InvalidModel, problem.Kind);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
    }

    private static string? Load(Protobuf model)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, model.ToArray());
            return ModelTrial.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
