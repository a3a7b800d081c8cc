namespace Serverless.Services.Registry.Onnx;

/// <summary>Reads which operator sets a model or a function imports (OperatorSetIdProto).</summary>
internal static class OpsetReader
{
    private const int Most = 1000;

    /// <summary>Reads one import; of two of one domain the newer counts.</summary>
    public static void Read(WireReader wire, long outer, SortedDictionary<string, long> opsets)
    {
        var end = wire.ReadEnd(outer);
        var (domain, version) = ("", 0L);
        while (wire.TryReadField(end, out var field, out var type))
        {
            switch (field, type)
            {
                case (1, 2): domain = wire.ReadText(end); break;
                case (2, 0): version = (long)wire.ReadVarint(); break;
                default: wire.Skip(type, end); break;
            }
        }

        if (opsets.Count >= Most) throw wire.Wrong($"it imports more than {Most} operator sets");
        var name = domain == "ai.onnx" ? "" : domain;
        opsets[name] = opsets.TryGetValue(name, out var other) ? Math.Max(other, version) : version;
    }
}
