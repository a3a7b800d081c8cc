namespace Serverless.Core.Rollout;

/// <summary>A name of evidence: segments with dots between them; one that is no plain word is quoted: <c>fairness."marital-status".demographic_parity_difference</c>.</summary>
public static class EvidenceName
{
    /// <summary>The name of these segments, quoted where they must be.</summary>
    public static string Of(params IEnumerable<string> segments) => string.Join('.', segments.Select(Quoted));

    /// <summary>The segments of a name; quotes are kept.</summary>
    internal static IReadOnlyList<string> Segments(string name)
    {
        var (segments, start, quoted) = (new List<string>(), 0, false);
        for (var at = 0; at < name.Length; at++)
        {
            if (name[at] == '"') quoted = !quoted;
            if (name[at] != '.' || quoted) continue;
            segments.Add(name[start..at]);
            start = at + 1;
        }

        segments.Add(name[start..]);
        return segments;
    }

    internal static (string Stem, FigurePart Part) Split(string name) => name switch
    {
        _ when name.EndsWith(".lower", StringComparison.Ordinal) => (name[..^6], FigurePart.Lower),
        _ when name.EndsWith(".upper", StringComparison.Ordinal) => (name[..^6], FigurePart.Upper),
        _ when name.EndsWith(".n", StringComparison.Ordinal) => (name[..^2], FigurePart.Count),
        _ => (name, FigurePart.Value),
    };

    internal static bool IsWordStart(char letter) => letter == '_' || char.IsAsciiLetter(letter);

    internal static bool IsWord(char letter) => letter == '_' || char.IsAsciiLetterOrDigit(letter);

    private static string Quoted(string segment) => segment.Length > 0 && segment.All(IsWord) ? segment : $"\"{segment.Replace('"', '\'')}\"";
}
