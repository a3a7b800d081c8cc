using System.Text.Json;
using System.Text.RegularExpressions;

namespace Serverless.App.Tests.Fuzz;

/// <summary>What an answer to a request by chance must not be.</summary>
internal static partial class Verdict
{
    /// <summary>What is wrong with an answer, or null.</summary>
    public static string? Of(FuzzedRequest request, WireAnswer answer)
    {
        if (answer.Status == 0) return request.End == WireEnd.CutOff ? null : "no answer";
        // 501 is said of what is not built, 503 and 504 of what is short or late: the host lives and says so.
        if (answer.Status is 500 or 502 or > 504) return "a fault";
        if (request.Function == HostDoors.Name && answer.Status is < 400 or > 499) return "a door of the host's that is open";
        if (answer.Status < 400) return null;
        if (Inside().Match(answer.Body) is { Success: true } leak) return $"the inside shows: {leak.Value}";
        return answer.Body.Length == 0 ? Silence(request, answer) : IsProblem(answer) ? null : $"no problem, but {answer.Type}";
    }

    /// <summary>Lines of the host's log that tell of a function that failed, or of worse; also of storage that did not answer, since it did.</summary>
    public static IEnumerable<string> Faults(string log) => FaultLines().Matches(log).Select(fault => fault.Value).Distinct();

    // An unknown route has no body, as on the Functions host; and what the server itself refuses, before there is a function, ends the connection.
    private static string? Silence(FuzzedRequest request, WireAnswer answer) =>
        request.HasNoBody || (answer.Closes && answer.Status is 400 or 408 or 413 or 414 or 431) || !request.IsRouted ? null : "no problem body";

    // RFC 9457, or the form that a protocol prescribes.
    private static bool IsProblem(WireAnswer answer)
    {
        if (answer.Type.Split(';')[0] is not ("application/problem+json" or "application/json")) return false;
        try
        {
            using var body = JsonDocument.Parse(answer.Body);
            return body.RootElement.TryGetProperty("error", out _) || body.RootElement.TryGetProperty("error_code", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^\s+at [\w.<>`]+\(.*|\.cs:line \d+|\b[A-Z]\w+Exception\b|\bSystem\.(?!Object\b)[A-Z]\w+|\bServerless\.(Core|Services|App|Hosting)\.\w+|\bAzure\.(Data|Storage|Core)\b", RegexOptions.Multiline)]
    private static partial Regex Inside();

    [GeneratedRegex(@"^(fail|crit): .*(\n +.*)*|^warn: .*\[1800\](\n +.*)*|Unhandled exception.*|terminate called.*", RegexOptions.Multiline)]
    private static partial Regex FaultLines();
}
