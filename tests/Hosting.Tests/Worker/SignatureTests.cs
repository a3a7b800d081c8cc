namespace Serverless.Hosting.Tests.Worker;

/// <summary>What the embedded host declares of the worker's API is a subset of what the worker publishes: same names, kinds, constructors, members.</summary>
public sealed class SignatureTests
{
    private static readonly Dictionary<string, HashSet<string>> Published = Read();

    public static TheoryData<string> Declared() => [.. DeclaredTypes().Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Declared))]
    public void DeclaredType_OfTheWorker_IsASubsetOfThePublishedOne(string name)
    {
        var type = DeclaredTypes().Single(candidate => candidate.FullName == name);
        Assert.True(Published.TryGetValue(name, out var published), $"{name} is not among the published signatures.");

        Assert.Empty(Signatures.Of(type).Except(published));
    }

    [Fact]
    public void Declared_Types_AreTheOnesThatApplicationsNeed() => Assert.InRange(DeclaredTypes().Count(), 25, Published.Count);

    private static IEnumerable<Type> DeclaredTypes() =>
        typeof(Startup.EmbeddedHostBuilder).Assembly.GetExportedTypes().Where(type => !type.Namespace!.StartsWith("Serverless.", StringComparison.Ordinal));

    private static Dictionary<string, HashSet<string>> Read()
    {
        Dictionary<string, HashSet<string>> types = [];
        HashSet<string> members = [];
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "worker-signatures.txt")))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == ' ') members.Add(line.Trim());
            else
            {
                var (name, kind) = Signatures.Head(line);
                types[name] = members = [kind];
            }
        }
        return types;
    }
}
