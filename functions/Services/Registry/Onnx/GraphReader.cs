using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Reads graphs: the main one's inputs and outputs, and of every graph its operators and whether its weights are in the file.</summary>
/// <param name="wire">The file.</param>
internal sealed class GraphReader(WireReader wire)
{
    private const int Deepest = 64;
    private const int Most = 10_000;
    private const int MostOperators = 100_000;

    private readonly ValueInfoReader values = new(wire);
    private readonly List<ValueSignature> inputs = [];
    private readonly List<ValueSignature> outputs = [];
    private readonly HashSet<string> initializers = new(StringComparer.Ordinal);
    private bool hasGraph;
    private int depth;

    /// <summary>Every operator used, by domain and name.</summary>
    public HashSet<(string Domain, string Name)> Operators { get; } = [];

    /// <summary>The file's own functions, by domain and name.</summary>
    public HashSet<(string Domain, string Name)> Functions { get; } = [];

    /// <summary>Operator sets that functions import beside the model's own.</summary>
    public SortedDictionary<string, long> FunctionOpsets { get; } = new(StringComparer.Ordinal);

    /// <summary>The main graph's.</summary>
    public Signature Signature()
    {
        if (!hasGraph) throw wire.Wrong("it has no graph");
        var taken = inputs.Where(input => !initializers.Contains(input.Name)).ToArray();
        if (outputs.Count == 0) throw wire.Wrong("its graph has no output");
        foreach (var side in (IReadOnlyList<ValueSignature>[])[taken, outputs])
            if (side.Select(value => value.Name).Distinct(StringComparer.Ordinal).Count() != side.Count) throw wire.Wrong("two inputs, or two outputs, have one name");
        return new(taken, outputs);
    }

    public void ReadMain(long end)
    {
        if (hasGraph) throw wire.Wrong("it has two graphs");
        hasGraph = true;
        Read(end, isMain: true);
    }

    public void ReadFunction(long end)
    {
        var (domain, name) = ("", "");
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 2): name = wire.ReadText(end); break;
                case (7, 2): ReadNode(wire.ReadEnd(end)); break;
                case (9, 2): OpsetReader.Read(wire, end, FunctionOpsets); break;
                case (10, 2): domain = wire.ReadText(end); break;
                case (11, 2): Nested(wire.ReadEnd(end), ReadAttribute); break;
                default: wire.Skip(type, end); break;
            }
        }

        if (Functions.Count >= MostOperators) throw wire.Wrong("it has too many functions");
        Keep(Functions, domain, name);
    }

    private void Read(long end, bool isMain)
    {
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 2): ReadNode(wire.ReadEnd(end)); break;
                case (5, 2): ReadTensor(wire.ReadEnd(end), isMain); break;
                case (11, 2) when isMain: Add(inputs, wire.ReadEnd(end)); break;
                case (12, 2) when isMain: Add(outputs, wire.ReadEnd(end)); break;
                case (15, 2): ReadSparse(wire.ReadEnd(end), isMain); break;
                default: wire.Skip(type, end); break;
            }
        }
    }

    private void Add(List<ValueSignature> side, long end)
    {
        if (side.Count == Most) throw wire.Wrong($"it has more than {Most} inputs or outputs");
        side.Add(values.Read(end));
    }

    private void ReadNode(long end)
    {
        var (domain, name) = ("", "");
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (4, 2): name = wire.ReadText(end); break;
                case (5, 2): Nested(wire.ReadEnd(end), ReadAttribute); break;
                case (7, 2): domain = wire.ReadText(end); break;
                default: wire.Skip(type, end); break;
            }
        }

        if (Operators.Count >= MostOperators) throw wire.Wrong("it uses too many operators");
        Keep(Operators, domain, name);
    }

    private void ReadAttribute(long end)
    {
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (5 or 10, 2): ReadTensor(wire.ReadEnd(end), isMain: false); break;
                case (6 or 11, 2): Nested(wire.ReadEnd(end), inner => Read(inner, isMain: false)); break;
                case (22 or 23, 2): ReadSparse(wire.ReadEnd(end), isMain: false); break;
                default: wire.Skip(type, end); break;
            }
        }
    }

    private void ReadSparse(long end, bool isMain)
    {
        while (wire.TryReadField(end, out var field, out var type))
        {
            if (field is 1 or 2 && type == 2) ReadTensor(wire.ReadEnd(end), isMain && field == 1);
            else wire.Skip(type, end);
        }
    }

    private void ReadTensor(long end, bool isMain)
    {
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (8, 2) when isMain: Keep(wire.ReadText(end)); break;
                case (13, 2): throw External();
                // An enum has 32 bits: protobuf's parsers drop what lies above them.
                case (14, 0) when (int)wire.ReadVarint() != 0: throw External();
                case (14, 0): break;
                default: wire.Skip(type, end); break;
            }
        }
    }

    private void Keep(string initializer)
    {
        if (initializers.Add(initializer)) wire.Keep(initializer);
    }

    private void Keep(HashSet<(string Domain, string Name)> names, string domain, string name)
    {
        if (!names.Add((Domain(domain), name))) return;
        wire.Keep(domain);
        wire.Keep(name);
    }

    private static ProblemException External() => new(
        ProblemKind.InvalidModel, "The file keeps weights outside itself (external data). Save it as one file: onnx.save(model, path, save_as_external_data=False).") { Where = "model" };

    private void Nested(long end, Action<long> read)
    {
        if (++depth > Deepest) throw wire.Wrong($"it nests deeper than {Deepest} levels");
        read(end);
        depth--;
    }

    private static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;
}
