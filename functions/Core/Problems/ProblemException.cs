namespace Serverless.Core.Problems;

/// <summary>A failure that the caller can mend: what was wrong, where, and what would be right.</summary>
/// <param name="kind">Which problem it is; decides status and <c>type</c>.</param>
/// <param name="detail">One or two sentences for the caller. Never a secret, never a payload.</param>
public sealed class ProblemException(ProblemKind kind, string detail) : Exception(detail)
{
    /// <summary>Which problem it is.</summary>
    public ProblemKind Kind { get; } = kind;

    /// <summary>Where it is: a JSON pointer, a tensor's or a field's name.</summary>
    public string? Where { get; init; }

    /// <summary>What would be right, where that can be listed: versions that exist, fields that are known.</summary>
    public IReadOnlyList<string>? Expected { get; init; }

    /// <summary>When to come again, for <see cref="ProblemKind.TooManyRequests"/> and <see cref="ProblemKind.Unavailable"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
