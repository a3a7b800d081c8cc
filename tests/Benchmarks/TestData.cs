using Serverless.Testing;

namespace Serverless.Benchmarks;

/// <summary>The files under <c>tests/data</c>.</summary>
internal static class TestData
{
    public static string Model(string name) => Repository.File("tests", "data", "models", name + ".onnx");
}
