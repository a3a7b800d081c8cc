using System.Collections.Frozen;

namespace Serverless.Services.Registry.Onnx;

/// <summary>The newest operator sets that ONNX Runtime 1.31 takes, by domain; a test loads a model of each, and one newer that must fail.</summary>
internal static class RuntimeOpsets
{
    public static FrozenDictionary<string, long> Newest { get; } = new Dictionary<string, long>
    {
        [""] = 26,
        ["ai.onnx.ml"] = 5,
        ["ai.onnx.preview.training"] = 1,
        ["com.microsoft"] = 1,
        ["com.microsoft.nchwc"] = 1,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
