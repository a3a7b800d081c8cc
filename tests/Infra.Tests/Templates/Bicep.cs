using System.Reflection;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.Infra.Tests.Templates;

/// <summary>The Bicep compiler that restore has brought.</summary>
internal static class Bicep
{
    private static readonly string Program = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Bicep").Value!;

    public static Task<Outcome> RunAsync(string folder, IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        Tool.RunAsync(Program, folder, arguments, [("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"), .. environment]);

    /// <summary>A file as an ARM template.</summary>
    public static async Task<JsonElement> BuildAsync(string file)
    {
        var built = await RunAsync(Repository.File("infra"), ["build", file, "--stdout"]);
        Assert.True(built is { Code: 0, Errors: "" }, built.Errors);
        return JsonDocument.Parse(built.Output).RootElement;
    }
}
