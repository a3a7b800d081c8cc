using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Problems;

namespace Serverless.Services.Http;

/// <summary>ETags of the suite are revisions: <c>"r7"</c>.</summary>
public static class Preconditions
{
    /// <summary>The ETag of a revision.</summary>
    public static string ETag(int revision) => string.Create(CultureInfo.InvariantCulture, $"\"r{revision}\"");

    /// <summary>The <c>If-Match</c> header, or null: then the last writer wins.</summary>
    public static string? IfMatch(this HttpRequest request) => request.Headers.IfMatch.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Whether the caller has this revision already: answer 304.</summary>
    public static bool HasRevision(this HttpRequest request, int revision) => Names(request.Headers.IfNoneMatch.ToString(), revision);

    /// <summary>Refuses a change to a revision that is not the one the caller saw.</summary>
    /// <param name="ifMatch">The header's value, or null for any.</param>
    /// <param name="revision">The revision there is, or null when there is nothing.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.PreconditionFailed"/></exception>
    public static void Check(string? ifMatch, int? revision)
    {
        if (ifMatch is null || (revision is { } there && Names(ifMatch, there))) return;
        throw new ProblemException(ProblemKind.PreconditionFailed, revision is { } now
            ? $"It has changed: its ETag is {ETag(now)} now. Read it again and repeat."
            : "It does not exist, so no ETag matches.")
        { Where = HeaderNames.IfMatch };
    }

    private static bool Names(string header, int revision) =>
        header == "*" || header.Split(',', StringSplitOptions.TrimEntries).Any(tag => (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag) == ETag(revision));
}
