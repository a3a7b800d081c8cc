using System.IO.Enumeration;
using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Events;

namespace Serverless.Services.Registry.Webhooks;

/// <summary>
/// Which events a webhook takes: types, <c>Serverless.Registry.AliasMoved</c>, where <c>*</c> stands for any letters, <c>Serverless.Rollout.*</c>; or steps of
/// alerts by their short names, <c>alertFired</c>.
/// </summary>
public static class EventChoice
{
    private const int Most = 100;

    /// <summary>What a webhook takes that chooses nothing: every step of alerts.</summary>
    public static IReadOnlyList<string> Alerts { get; } =
        [.. EventSchemas.Types.Where(type => type.StartsWith(EventTypes.Monitoring, StringComparison.Ordinal)).Select(type => JsonNamingPolicy.CamelCase.ConvertName(type[EventTypes.Monitoring.Length..]))];

    /// <summary>Whether a choice takes a type.</summary>
    public static bool Takes(string choice, string type) => FileSystemName.MatchesSimpleExpression(Pattern(choice), type, ignoreCase: false);

    /// <summary>Whether a choice takes anything but alerts.</summary>
    public static bool TakesMore(string choice) => EventSchemas.Types.Any(type => EventTypes.IsChange(type) && Takes(choice, type));

    /// <summary>Choices as they are kept.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: one that no event fits, or too many.</exception>
    public static IReadOnlyList<string> Checked(IReadOnlyList<string>? choices)
    {
        if (choices is not { Count: > 0 }) return Alerts;
        if (choices.Count > Most) throw new ProblemException(ProblemKind.InvalidRequest, $"At most {Most} types.") { Where = "events" };
        var known = choices.Select(choice => Alerts.FirstOrDefault(name => name.Equals(choice, StringComparison.OrdinalIgnoreCase)) ?? choice).Distinct().ToArray();
        return known.FirstOrDefault(choice => !EventSchemas.Types.Any(type => Takes(choice, type))) is { } none
            ? throw new ProblemException(ProblemKind.InvalidRequest, $"No event has a type like {none}.") { Where = "events", Expected = [.. Alerts, .. EventSchemas.Types] }
            : known;
    }

    private static string Pattern(string choice) => Alerts.Contains(choice) ? EventTypes.Monitoring + char.ToUpperInvariant(choice[0]) + choice[1..] : choice;
}
