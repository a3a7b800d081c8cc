using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Problems;

namespace Serverless.Services.Http;

/// <summary>
/// ETags of the suite: <c>"r7-0123456789ab"</c>. The revision counts changes of the resource itself and decides about writes; the
/// rest tells representations apart, which also show what is not the resource's own (the aliases that point at a version).
/// </summary>
public static class Preconditions
{
    private const int HashBytes = 6;

    /// <summary>The ETag of a revision in one representation.</summary>
    public static string ETag(int revision, ReadOnlySpan<byte> representation) =>
        $"\"{Revision(revision)}-{Convert.ToHexStringLower(SHA256.HashData(representation).AsSpan(0, HashBytes))}\"";

    /// <summary>The <c>If-Match</c> header, or null: then the last writer wins.</summary>
    public static string? IfMatch(this HttpRequest request) => request.Headers.IfMatch.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Whether the caller has this representation already: answer 304.</summary>
    public static bool Has(this HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.ToString() is { Length: > 0 } header && (header == "*" || Tags(header).Contains(tag, StringComparer.Ordinal));

    /// <summary>Refuses a change to a revision that is not the one the caller saw.</summary>
    /// <param name="ifMatch">The header's value, or null for any.</param>
    /// <param name="revision">The revision there is, or null when there is nothing.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.PreconditionFailed"/></exception>
    public static void Check(string? ifMatch, int? revision)
    {
        if (ifMatch is null || (revision is { } there && Names(ifMatch, there))) return;
        throw new ProblemException(ProblemKind.PreconditionFailed, revision is { } now
            ? $"It has changed: it is at revision {Revision(now)} now. Read it again and repeat."
            : "It does not exist, so no ETag matches.")
        { Where = HeaderNames.IfMatch };
    }

    private static bool Names(string header, int revision) => header == "*" || Tags(header).Any(tag => tag.Trim('"').Split('-')[0] == Revision(revision));

    private static IEnumerable<string> Tags(string header) =>
        header.Split(',', StringSplitOptions.TrimEntries).Select(tag => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag);

    private static string Revision(int revision) => string.Create(CultureInfo.InvariantCulture, $"r{revision}");
}
