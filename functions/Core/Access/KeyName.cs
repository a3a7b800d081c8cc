using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Core.Access;

/// <summary>A named key's name, as the audit trail shows it: 1 to 64 letters, digits, dots, underscores, hyphens or <c>@</c>.</summary>
public readonly partial record struct KeyName
{
    private KeyName(string value) => Value = value;

    /// <summary>The name as given.</summary>
    public string Value { get; }

    /// <summary>Parses a name from outside; no later code checks it again. The suite's own principals' names are taken.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidName"/></exception>
    public static KeyName Parse(string? value) => value is not null && Rule().IsMatch(value) && value is not ("system" or "local" or "anonymous" or "bootstrap")
        ? new(value)
        : throw new ProblemException(ProblemKind.InvalidName,
            "A key's name has 1 to 64 letters, digits, dots, underscores, hyphens or @; system, local, anonymous and bootstrap are taken.")
        { Where = "name" };

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
