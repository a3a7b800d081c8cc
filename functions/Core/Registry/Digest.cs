using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>A SHA-256 content address: 64 lower-case hexadecimal digits.</summary>
public readonly partial record struct Digest
{
    private Digest(string hex) => Hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>From the 32 bytes of a hash.</summary>
    public static Digest Of(ReadOnlySpan<byte> sha256) => sha256.Length == 32
        ? new(Convert.ToHexStringLower(sha256))
        : throw new ArgumentException("SHA-256 has 32 bytes.", nameof(sha256));

    /// <summary>Parses 64 hexadecimal digits.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static Digest Parse(string? value) => value is not null && Rule().IsMatch(value)
        ? new(value)
        : throw new ProblemException(ProblemKind.InvalidRequest, "A SHA-256 digest has 64 lower-case hexadecimal digits.");

    /// <inheritdoc/>
    public override string ToString() => Hex;

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
