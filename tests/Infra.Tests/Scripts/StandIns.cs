using Serverless.Testing;

namespace Serverless.Infra.Tests.Scripts;

/// <summary>Programs that stand in for <c>az</c> and <c>azd</c>: each call is written down, its answer is chosen by its first matching words.</summary>
internal sealed class StandIns : IDisposable
{
    private const string Program = """
        #!/bin/sh
        printf '%s\n' "$(basename "$0") $*" >> "$CALLS"
        for word in "$@"; do
          case "$word" in
            @*) printf '\n' >> "$BODIES"; cat "${word#@}" >> "$BODIES" ;;
          esac
        done
        while IFS='|' read -r words answer; do
          case "$(basename "$0") $*" in
            "$words"*) printf '%s\n' "$answer"; exit 0 ;;
          esac
        done < "$ANSWERS"
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("az-").FullName;

    public StandIns()
    {
        foreach (var name in (string[])["az", "azd"])
        {
            File.WriteAllText(Path.Combine(folder, name), Program.ReplaceLineEndings("\n"));
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Runs one of the repository's scripts with them before the real ones.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="answers">The beginning of a call, and what it answers; a call without an answer is silent.</param>
    /// <param name="environment">Settings.</param>
    public async Task<(Outcome Outcome, string[] Calls, string Bodies)> RunAsync(string script, (string Words, string Answer)[] answers, params (string, string)[] environment)
    {
        foreach (var name in (string[])["calls", "bodies"]) await File.WriteAllTextAsync(Path.Combine(folder, name), "");
        await File.WriteAllLinesAsync(Path.Combine(folder, "answers"), answers.Select(answer => $"{answer.Words}|{answer.Answer}"));
        var outcome = await Tool.RunAsync(Repository.File("infra", "scripts", script), Repository.Root, [],
            [("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"), ("CALLS", Path.Combine(folder, "calls")), ("BODIES", Path.Combine(folder, "bodies")), ("ANSWERS", Path.Combine(folder, "answers")), .. environment]);
        return (outcome, await File.ReadAllLinesAsync(Path.Combine(folder, "calls")), await File.ReadAllTextAsync(Path.Combine(folder, "bodies")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
