using System.Text.Json;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>What a deployment would put into Azure, as the compiler predicts it: modules flattened, loops and conditions done.</summary>
internal sealed class Snapshot
{
    private static readonly string[] Options =
    [
        "--mode", "overwrite", "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002", "--location", "westeurope",
    ];

    private static readonly string[] Group = ["--resource-group", "rg-test"];

    private readonly JsonElement root;

    private Snapshot(JsonElement root) => this.root = root;

    /// <summary>What a what-if could not look into.</summary>
    public IEnumerable<string> Diagnostics => root.GetProperty("diagnostics").EnumerateArray().Select(one => one.ToString());

    /// <summary>Every resource.</summary>
    public IEnumerable<JsonElement> Resources => root.GetProperty("predictedResources").EnumerateArray();

    /// <summary>Predicts what parameters lead to. The compiler writes beside the parameters, so it gets a copy of them all.</summary>
    /// <param name="parameters">The file of the parameters.</param>
    /// <param name="text">What it holds, for a template of a resource group; empty: what stands there, for one of a subscription.</param>
    /// <param name="environment">What the parameters read.</param>
    public static async Task<Snapshot> OfAsync(string parameters, string text, params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("infra-").FullName;
        try
        {
            Copy(Repository.File("infra"), folder);
            var file = Path.Combine(folder, parameters);
            if (text.Length > 0) await File.WriteAllTextAsync(file, text);
            var made = await Bicep.RunAsync(folder, ["snapshot", parameters, .. Options, .. text.Length > 0 ? Group : []], environment);
            Assert.True(made.Code == 0, made.Text);
            return new(JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(file, ".snapshot.json"))).RootElement);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Resources of a type.</summary>
    public IEnumerable<JsonElement> Of(string type) => Resources.Where(resource => resource.GetProperty("type").GetString() == type);

    /// <summary>The one resource of a type.</summary>
    public JsonElement The(string type) => Assert.Single(Of(type));

    /// <summary>The last part of each name of a type.</summary>
    public IEnumerable<string> Names(string type) => Of(type).Select(NameOf);

    /// <summary>The last part of a resource's name.</summary>
    public static string NameOf(JsonElement resource) => resource.GetProperty("name").GetString()!.Split('/')[^1];

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".bicep" or ".json" or ".bicepparam"))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
