using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>A model's name: a letter or digit, then up to 126 letters, digits, dots, underscores, blanks or hyphens. Case-sensitive.</summary>
public readonly partial record struct ModelName
{
    private ModelName(string value) => Value = value;

    /// <summary>The name as given.</summary>
    public string Value { get; }

    /// <summary>Parses a name from outside; no later code checks it again.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidName"/></exception>
    public static ModelName Parse(string? value) => value is not null && Rule().IsMatch(value) && value[^1] != ' '
        ? new(value)
        : throw new ProblemException(ProblemKind.InvalidName,
            "A model's name starts with a letter or digit and goes on with up to 126 letters, digits, dots, underscores, hyphens or blanks; it does not end with a blank.")
        { Where = "model" };

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._ -]{0,126}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
