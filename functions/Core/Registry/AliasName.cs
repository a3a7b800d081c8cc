using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>A pointer's name, as MLflow allows it: letters, digits, underscores and hyphens; not <c>latest</c>, not <c>v</c> with a number.</summary>
public readonly partial record struct AliasName
{
    private AliasName(string value) => Value = value;

    /// <summary>The version that answers when a request names none.</summary>
    public static AliasName Champion { get; } = new("champion");

    /// <summary>The name as given.</summary>
    public string Value { get; }

    /// <summary>Parses a name from outside; no later code checks it again.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidName"/></exception>
    public static AliasName Parse(string? value) => value is not null && Rule().IsMatch(value) && !Reserved().IsMatch(value)
        ? new(value)
        : throw new ProblemException(ProblemKind.InvalidName,
            "An alias has 1 to 127 letters, digits, underscores or hyphens; \"latest\" and \"v\" followed by a number are reserved.")
        { Where = "alias" };

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^(latest|v[0-9]+)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
