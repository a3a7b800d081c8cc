using Serverless.Core.Access;

namespace Serverless.App.Tests.Access;

/// <summary>A row of <c>levels.tsv</c>: who may send what, as the project's table of its HTTP surface says it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, with its parameters in braces.</param>
/// <param name="Roles">Any of them will do; Admin always.</param>
internal sealed record Level(string Method, string Path, Role Roles)
{
    /// <summary>What the table promises and the suite does not have yet. Whoever builds one takes it off.</summary>
    public static readonly IReadOnlySet<string> NotBuilt = new HashSet<string>
    {
        "POST /models/{model}/training", "GET /models/{model}/runs", "GET /models/{model}/runs/{id}",
        "POST /models/{model}/runs/{id}/cancel", "POST /models/{model}/runs/{id}/report",
        "POST /datasets", "GET /datasets", "GET /datasets/{name}/{version}",
        "PUT /features/{view}", "POST /features/{view}/push", "POST /get-online-features",
        "GET /stories/{id}", "GET /models/{model}/stories",
        "GET /",
    };

    private static readonly Dictionary<string, string> Examples = new()
    {
        ["model"] = "nobody", ["version"] = "1", ["alias"] = "shadow", ["id"] = "01890a5d-ac96-774b-bcce-b302099a8057", ["gate"] = "error-rate",
        ["action"] = "approve", ["type"] = "Serverless.Registry.AliasMoved", ["name"] = "nobody",
    };

    /// <summary>The rows of what is built.</summary>
    public static IReadOnlyList<Level> Built { get; } = [.. Read().Where(level => !NotBuilt.Contains(level.ToString()))];

    /// <summary>Every row.</summary>
    public static IReadOnlyList<Level> All { get; } = [.. Read()];

    /// <summary>The path to send to: of things that do not exist.</summary>
    public string Address => Examples.Aggregate(Path, (path, example) => path.Replace($"{{{example.Key}}}", example.Value, StringComparison.Ordinal));

    /// <summary>Whether a function serves this row: its own path, or the parameter that the row gives a value.</summary>
    public bool IsServedBy(MappedFunction function)
    {
        var (mine, its) = (Path.Split('/'), function.Path.Split('/'));
        return Method == function.Method && mine.Length == its.Length && mine.Zip(its).All(part => part.First == part.Second || (part.Second == "{alias}" && part.First == "champion"));
    }

    public override string ToString() => $"{Method} {Path}";

    private static IEnumerable<Level> Read() =>
        from line in File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, "levels.tsv"))
        where !line.StartsWith('#')
        let cells = line.Split('\t')
        select new Level(cells[0], cells[1], cells[2].Aggregate(Role.Open, (roles, letter) => roles | Of(letter)));

    private static Role Of(char letter) => letter switch
    {
        'P' => Role.Predict,
        'R' => Role.Read,
        'C' => Role.Contribute,
        'A' => Role.Approve,
        'M' => Role.Admin,
        'O' => Role.Open,
        _ => throw new InvalidDataException($"No role has the letter {letter}."),
    };
}
