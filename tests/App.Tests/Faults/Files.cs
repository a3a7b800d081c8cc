using System.Security.Cryptography;
using System.Text;

namespace Serverless.App.Tests.Faults;

/// <summary>Models of <c>tests/data</c>, and as many others as a race needs.</summary>
internal static class Files
{
    private static readonly string Folder = Find(AppContext.BaseDirectory);

    /// <summary>The bytes of a model.</summary>
    public static byte[] Model(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".onnx"));

    /// <summary>The same model with another documentation text (ModelProto.doc_string, field 6): other bytes, the same answers.</summary>
    public static byte[] Variant(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Model(name), 0x32, checked((byte)bytes.Length), .. bytes];
    }

    /// <summary>SHA-256 as the suite writes it.</summary>
    public static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Find(string folder) =>
        Path.Combine(folder, "tests", "data", "models") is var models && Directory.Exists(models)
            ? models
            : Find(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new DirectoryNotFoundException("tests/data/models"));
}
