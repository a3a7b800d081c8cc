using Serverless.Core.Problems;

namespace Serverless.Services.Registry.Onnx;

/// <summary>
/// Reads what an ONNX file says of itself without loading it (ModelProto, onnx.proto3 of ONNX 1.x), and refuses what this suite does
/// not serve: operators from unknown domains, operator sets newer than ONNX Runtime's, weights outside the file.
/// </summary>
public static class OnnxFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="content">Seekable; weights are seeked over.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidModel"/></exception>
    public static OnnxModel Read(Stream content)
    {
        var wire = new WireReader(content, content.Length);
        var graph = new GraphReader(wire);
        var model = ReadModel(wire, graph);
        Check(model.Opsets, graph);
        return model;
    }

    private static OnnxModel ReadModel(WireReader wire, GraphReader graph)
    {
        long irVersion = 0;
        string producer = "", producerVersion = "";
        var opsets = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (wire.TryReadField(wire.Length, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 0): irVersion = (long)wire.ReadVarint(); break;
                case (2, 2): producer = wire.ReadText(wire.Length); break;
                case (3, 2): producerVersion = wire.ReadText(wire.Length); break;
                case (7, 2): graph.ReadMain(wire.ReadEnd(wire.Length)); break;
                case (8, 2): OpsetReader.Read(wire, wire.Length, opsets); break;
                case (25, 2): graph.ReadFunction(wire.ReadEnd(wire.Length)); break;
                default: wire.Skip(type, wire.Length); break;
            }
        }

        if (irVersion <= 0) throw Refuse("it does not say its IR version. Is it an ONNX file?");
        if (opsets.Count == 0) throw Refuse("it imports no operator set.");
        return new(irVersion, $"{producer} {producerVersion}".Trim(), opsets, graph.Signature());
    }

    private static void Check(IReadOnlyDictionary<string, long> opsets, GraphReader graph)
    {
        CheckOperators(opsets, graph);
        foreach (var (domain, version) in opsets.Concat(graph.FunctionOpsets))
        {
            if (RuntimeOpsets.Newest.TryGetValue(domain, out var newest) && (version < 1 || version > newest))
                throw Refuse($"it needs operator set {version} of {(domain.Length == 0 ? "ai.onnx" : domain)}; this runtime takes 1 to {newest}. Export it with an older opset.");
        }
    }

    private static void CheckOperators(IReadOnlyDictionary<string, long> opsets, GraphReader graph)
    {
        foreach (var (domain, operation) in graph.Operators)
        {
            if (graph.Functions.Contains((domain, operation))) continue;
            if (!RuntimeOpsets.Newest.ContainsKey(domain))
                throw Refuse($"operator {operation} is from the domain \"{domain}\"; custom operators are not served. Known domains: {string.Join(", ", RuntimeOpsets.Newest.Keys.Where(known => known.Length > 0))}.");
            if (!opsets.ContainsKey(domain) && !graph.FunctionOpsets.ContainsKey(domain))
                throw Refuse($"operator {operation} is from the domain \"{(domain.Length == 0 ? "ai.onnx" : domain)}\", whose operator set the file does not import.");
        }
    }

    private static ProblemException Refuse(string why) => new(ProblemKind.InvalidModel, $"The file cannot be served: {why}") { Where = "model" };
}
