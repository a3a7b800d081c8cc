using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>Reads a file and says where it is wrong.</summary>
internal static partial class SageMakerFile
{
    public static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type, string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type) ?? throw Wrong(file, "/", "null");
        }
        catch (JsonException broken)
        {
            throw Wrong(file, Pointer(broken.Path), "missing or of another type, or the text is not JSON");
        }
    }

    public static ProblemException Wrong(string file, string where, string what) =>
        new(ProblemKind.InvalidRequest, $"{file} at {where}: {what}.") { Where = where };

    /// <summary>A name that is there, once.</summary>
    public static void CheckNames(IEnumerable<string?> names, string file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, i) in names.Select((name, i) => (name, i)))
        {
            if (string.IsNullOrEmpty(name))
                throw Wrong(file, $"/features/{i}/name", "a column needs a name");
            if (!seen.Add(name))
                throw Wrong(file, $"/features/{i}/name", "a column of this name was there before");
        }
    }

    // $.features[0].name is a pointer's /features/0/name.
    private static string Pointer(string? path) => path is null or "$" ? "/" : Index().Replace(path[1..], "/$1").Replace('.', '/');

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Index();
}
