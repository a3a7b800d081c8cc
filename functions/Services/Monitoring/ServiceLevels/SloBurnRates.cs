using System.Collections.Concurrent;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;

namespace Serverless.Services.Monitoring.ServiceLevels;

/// <summary>The burn rates that this instance found last, for a gauge. Of what another instance looked at since, this one does not know; what is old is not told.</summary>
/// <param name="clock">Tells age.</param>
public sealed class SloBurnRates(TimeProvider clock)
{
    // The slowest urgency of the defaults is looked at every half hour.
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(ModelName Model, string Slo, string Window), (DateTimeOffset End, double? Rate)> rates = new();

    /// <summary>Takes what was found; an older window's is passed over.</summary>
    public void Tell(ModelName model, string slo, TimeSpan window, DateTimeOffset end, double? rate) =>
        rates.AddOrUpdate((model, slo, WindowName.Of(window)), (end, rate), (_, there) => there.End > end ? there : (end, rate));

    /// <summary>The rates as they are known: none where nobody asked in the window.</summary>
    public IReadOnlyList<SloBurnRate> Snapshot()
    {
        var since = clock.GetUtcNow() - Old;
        foreach (var old in rates.Where(rate => rate.Value.End < since)) rates.TryRemove(old);
        return [.. from rate in rates where rate.Value.Rate is not null select new SloBurnRate(rate.Key.Model, rate.Key.Slo, rate.Key.Window, rate.Value.Rate!.Value)];
    }
}

/// <summary>How many times as fast as it lasts an error budget is used.</summary>
/// <param name="Model">The model.</param>
/// <param name="Slo">The objective's name.</param>
/// <param name="Window">Over how long: <c>5m</c>, <c>1h</c>.</param>
/// <param name="Rate">The rate.</param>
public readonly record struct SloBurnRate(ModelName Model, string Slo, string Window, double Rate);
