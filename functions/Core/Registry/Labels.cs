using System.Collections.Immutable;
using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>The rules for texts that people attach: descriptions, owners, tags.</summary>
public static class Labels
{
    /// <summary>At most 32 tags of a key up to 64 and a value up to 256 characters.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static ImmutableSortedDictionary<string, string> Tags(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null) return ImmutableSortedDictionary<string, string>.Empty;
        if (tags.Count > 32) throw Wrong("tags", "At most 32 tags.");
        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > 64 || key.Contains(':', StringComparison.Ordinal)) throw Wrong("tags", "A tag's key has 1 to 64 characters and no colon.");
            if (value is null || value.Length > 256) throw Wrong("tags", $"The value of tag {key} is a text of at most 256 characters.");
        }

        return tags.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>A text of limited length, or null.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static string? Text(string? text, int longest, string field) =>
        text is null || text.Length <= longest ? text : throw Wrong(field, $"At most {longest} characters.");

    /// <summary>Why somebody does something, or null where nothing is said: blanks are no reason.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static string? Reason(string? text, string field) => string.IsNullOrWhiteSpace(text) ? null : Text(text, 1024, field);

    private static ProblemException Wrong(string field, string detail) => new(ProblemKind.InvalidRequest, detail) { Where = field };
}
