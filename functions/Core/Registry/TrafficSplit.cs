using System.Buffers;
using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;
using Serverless.Core.Problems;

namespace Serverless.Core.Registry;

/// <summary>
/// Who answers the requests that name no version, and who answers in their shadow. Decided by a key alone: the same key goes the same way
/// on every instance, and an arm whose share grows keeps every key that it has.
/// </summary>
/// <param name="Salt">Decides which keys go where; a rollout's id, so that another rollout draws other keys.</param>
/// <param name="Key">What the key is.</param>
/// <param name="Arms">Versions that answer a share, in a fixed order; the champion takes the rest.</param>
/// <param name="Shadows">Versions that answer after the caller has been answered.</param>
public sealed partial record TrafficSplit(string Salt, TrafficKey Key, IReadOnlyList<TrafficArm> Arms, IReadOnlyList<TrafficShadow> Shadows)
{
    /// <summary>Arms, and shadows, at most.</summary>
    public const int Maximum = 8;

    private const int LongestOnStack = 256;
    private const double Rounding = 1e-9;

    private static readonly string[] Reserved = ["champion", "predecessor", "named", TrafficShadow.Variant];

    private readonly long seed = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(Salt));

    /// <summary>The arm that a key falls to; null for the champion. The first arm has the keys from 0 to its share, the next one those that follow.</summary>
    public TrafficArm? Choose(string key)
    {
        var at = Place(key, seed);
        var end = 0.0;
        foreach (var arm in Arms)
            if (at < (end += arm.Share)) return arm;
        return null;
    }

    /// <summary>Whether a key's request is answered by a shadow, too; independent of the arm that it falls to.</summary>
    public bool Follows(TrafficShadow shadow, string key) => shadow.Share >= 1 || Place(key, seed ^ shadow.Seed) < shadow.Share;

    /// <summary>Itself, when it is right.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidPolicy"/>, naming the member.</exception>
    public TrafficSplit Check()
    {
        if (Salt.Length is 0 or > 128) throw Wrong("salt", "The salt has 1 to 128 characters.");
        if (!Enum.IsDefined(Key)) throw Wrong("key", "The key is the caller's, the trace's or the request's.");
        Check("arms", [.. Arms.Select(arm => (arm.Version, arm.Share))]);
        Check("shadows", [.. Shadows.Select(shadow => (shadow.Version, shadow.Share))]);
        if (Arms.Sum(arm => arm.Share) > 1 + Rounding) throw Wrong("arms", "The arms' shares come to more than 1.");
        if (Arms.FirstOrDefault(arm => !Name().IsMatch(arm.Variant) || Reserved.Contains(arm.Variant)) is { } arm)
            throw Wrong("arms", $"\"{arm.Variant}\" does not name an arm: 1 to 64 letters, digits, dots, dashes and underscores, and none of {string.Join(", ", Reserved)}.");
        if (Arms.DistinctBy(arm => arm.Variant).Count() < Arms.Count) throw Wrong("arms", "Two arms have one name.");
        return this;
    }

    private static void Check(string member, IReadOnlyList<(int Version, double Share)> parts)
    {
        if (parts.Count > Maximum) throw Wrong(member, $"There are at most {Maximum} {member}.");
        if (parts.Any(part => part.Version < 1)) throw Wrong(member, "A version is a number from 1.");
        // Neither comparison holds for NaN.
        if (!parts.All(part => part.Share is >= 0 and <= 1)) throw Wrong(member, "A share lies between 0 and 1.");
        if (parts.DistinctBy(part => part.Version).Count() < parts.Count) throw Wrong(member, "A version stands there twice.");
    }

    // Of 64 bits the upper 53, which a double holds exactly.
    private static double Place(string key, long seed)
    {
        var longest = Encoding.UTF8.GetMaxByteCount(key.Length);
        var rented = longest <= LongestOnStack ? null : ArrayPool<byte>.Shared.Rent(longest);
        var bytes = rented ?? stackalloc byte[LongestOnStack];
        var hash = XxHash3.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(key, bytes)], seed);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    private static ProblemException Wrong(string member, string detail) => new(ProblemKind.InvalidPolicy, detail) { Where = member };

    [GeneratedRegex(@"\A[A-Za-z0-9_.\-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

/// <summary>What decides where a request goes.</summary>
public enum TrafficKey
{
    /// <summary>What the caller sends as its key (in the body, else in <c>x-routing-key</c>); without one the trace, without that the request.</summary>
    Caller,
    /// <summary>The W3C trace id; without one the request.</summary>
    Trace,
    /// <summary>The request's prediction id: every request on its own.</summary>
    Request,
}

/// <summary>A version that answers a share of the requests that name none.</summary>
/// <param name="Variant">Its name in the log and in <c>x-model-variant</c>.</param>
/// <param name="Version">The version.</param>
/// <param name="Share">0 to 1.</param>
public sealed record TrafficArm(string Variant, int Version, double Share);

/// <summary>A version that answers a share of the requests that name none, when their callers have been answered.</summary>
/// <param name="Version">The version.</param>
/// <param name="Share">0 to 1.</param>
public sealed record TrafficShadow(int Version, double Share)
{
    /// <summary>A shadow's variant in the log.</summary>
    public const string Variant = "shadow";

    internal long Seed { get; } = (long)XxHash3.HashToUInt64(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{Variant} {Version}")));
}
