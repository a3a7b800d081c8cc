namespace Serverless.Core.Monitoring;

/// <summary>What a schema cannot say of objectives.</summary>
public static class SloRules
{
    /// <summary>Every contradiction, as <c>pointer: what is wrong</c>.</summary>
    public static IEnumerable<string> Breaches(string pointer, SloPolicy slo) =>
    [
        .. slo.Kind is null ? [$"{pointer}/kind: an objective that is none of the defaults ({string.Join(", ", SloPolicy.Defaults.Keys.Order())}) states what it is about"] : Array.Empty<string>(),
        .. slo is { Kind: SloKind.Availability, Within: not null } ? [$"{pointer}/within: availability has no bound on time"] : Array.Empty<string>(),
        .. slo.Within is { } within ? Outside($"{pointer}/within", within, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(230)) : [],
        .. Outside($"{pointer}/window", slo.Window, TimeSpan.FromDays(1), TimeSpan.FromDays(90)),
        .. Breaches($"{pointer}/page", slo, slo.Page),
        .. Breaches($"{pointer}/ticket", slo, slo.Ticket),
    ];

    private static IEnumerable<string> Breaches(string pointer, SloPolicy slo, BurnPolicy burn) =>
    [
        .. Outside($"{pointer}/every", burn.Every, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        .. burn.Alert.Breaches > burn.Alert.Windows ? [Figures.Say($"{pointer}/alert/breaches: {burn.Alert.Breaches} of {burn.Alert.Windows} windows cannot be")] : Array.Empty<string>(),
        .. burn.Rules.SelectMany((rule, at) => Breaches(Figures.Say($"{pointer}/rules/{at}"), slo, rule)),
    ];

    private static IEnumerable<string> Breaches(string pointer, SloPolicy slo, BurnRule rule) =>
    [
        .. Outside($"{pointer}/long", rule.Long, TimeSpan.FromMinutes(2), slo.Window),
        .. Outside($"{pointer}/short", rule.Short, TimeSpan.FromMinutes(1), rule.Long - TimeSpan.FromMinutes(1)),
        .. rule.Long.Ticks % TimeSpan.TicksPerMinute != 0 || rule.Short.Ticks % TimeSpan.TicksPerMinute != 0 ? [$"{pointer}: windows are whole minutes"] : Array.Empty<string>(),
        // If all requests fail, the budget burns this fast.
        .. rule.Burn * slo.Budget > 1 ? [Figures.Say($"{pointer}/burn: with an objective of {slo.Objective} the budget never burns {rule.Burn} times as fast as it lasts, at most {1 / slo.Budget:0.##} times; state rules of its own")] : Array.Empty<string>(),
    ];

    private static IEnumerable<string> Outside(string pointer, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
            yield return Figures.Say($"{pointer}: {value.TotalSeconds} s is outside {minimum.TotalSeconds} s to {maximum.TotalSeconds} s");
    }
}
