using Serverless.Core.Problems;

namespace Serverless.Services.Events.Webhooks;

/// <summary>Why a signed message is not taken.</summary>
public enum SignatureFlaw
{
    /// <summary><c>webhook-id</c>, <c>webhook-timestamp</c> or <c>webhook-signature</c> is not there.</summary>
    MissingHeader,
    /// <summary>The id has a dot, or is longer than 256 letters.</summary>
    MalformedId,
    /// <summary>The timestamp is not a number of seconds since 1970.</summary>
    MalformedTimestamp,
    /// <summary>It was signed too long ago: a replay, or a clock that is slow.</summary>
    TooOld,
    /// <summary>It is signed for later: a clock that is fast.</summary>
    FromTheFuture,
    /// <summary>None of its signatures is one by the secret over these bytes.</summary>
    NoMatch,
}

/// <summary>Flaws as callers are told of them.</summary>
public static class SignatureFlaws
{
    /// <summary>The problem that a flaw is answered with: <see cref="ProblemKind.SignatureExpired"/> where the time is wrong, else <see cref="ProblemKind.SignatureInvalid"/>.</summary>
    public static ProblemException Problem(this SignatureFlaw flaw) => flaw switch
    {
        SignatureFlaw.MissingHeader => Invalid("webhook-signature", "The request is signed with the headers webhook-id, webhook-timestamp and webhook-signature."),
        SignatureFlaw.MalformedId => Invalid("webhook-id", "An id has 1 to 256 letters and no dot."),
        SignatureFlaw.MalformedTimestamp => Invalid("webhook-timestamp", "The timestamp is the number of seconds since 1970."),
        SignatureFlaw.TooOld => Expired($"The request was signed more than {WebhookSignature.Tolerance.TotalMinutes:0} minutes ago."),
        SignatureFlaw.FromTheFuture => Expired($"The request is signed for a time more than {WebhookSignature.Tolerance.TotalMinutes:0} minutes ahead: a clock is wrong."),
        SignatureFlaw.NoMatch => Invalid("webhook-signature", "No signature is the secret's over this id, timestamp and body."),
    };

    private static ProblemException Invalid(string where, string what) => new(ProblemKind.SignatureInvalid, what) { Where = where };

    private static ProblemException Expired(string what) => new(ProblemKind.SignatureExpired, what) { Where = "webhook-timestamp" };
}
