using System.Runtime.CompilerServices;

namespace Serverless.Benchmarks;

/// <summary>The files under <c>tests/data</c>.</summary>
internal static class TestData
{
    public static string Model(string name) => Path.Combine(Folder(), "models", name + ".onnx");

    private static string Folder([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "data"));
}
