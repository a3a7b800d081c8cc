namespace Serverless.Core.Rollout;

/// <summary>Kleene's three truth values: what is not known is neither true nor false.</summary>
/// <remarks>Kleene, Introduction to Metamathematics (1952), § 64: and is the smaller, or the larger of two.</remarks>
public enum Truth
{
    /// <summary>It is not so.</summary>
    False,
    /// <summary>There is not enough data.</summary>
    Unknown,
    /// <summary>It is so.</summary>
    True,
}
