using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.App.Tests.Faults;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Registry;

namespace Serverless.App.Tests.Monitoring;

/// <summary>
/// A scan in another instance, over the same storage as the application: it commits what a finding comes to, and dies before it tells anybody (its topic
/// answers nothing, its deliveries go to the queue of the application).
/// </summary>
internal sealed class AlertSuite : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);
    private readonly ServiceProvider services;

    public AlertSuite(string storage)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["EventGrid:TopicEndpoint"] = "http://127.0.0.1:9/nobody",
            ["EventGrid:TopicKey"] = "key",
            ["Alerts:Delay"] = "00:00:01",
        }).Build();
        var collection = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IConfiguration>(configuration);
        collection.AddRegistry(configuration);
        collection.AddAlerts(configuration);
        services = collection.BuildServiceProvider();
    }

    /// <summary>Settings of an application that may call receivers on loopback, and tries again soon.</summary>
    public static Dictionary<string, string> Settings(params (string, string)[] more) => SuiteCalls.Settings(
        [("Alerts:Delay", "00:00:01"), ("Webhooks:AllowPrivate", "true"), ("Webhooks:FirstDelay", "00:00:01"), ("Webhooks:LongestDelay", "00:00:02"), ("Alerts:PublicUrl", "https://mlops.example"), .. more]);

    public Task<AlertState?> ObserveAsync(string model, int hour, bool breached) => services.GetRequiredService<AlertService>().ObserveAsync(
        new(Guid.CreateVersion7(Start.AddHours(hour)), model, "drift", Signal.FeatureDrift, new(Start.AddHours(hour), Start.AddHours(hour + 1)), Start.AddHours(hour + 1),
            breached ? FindingVerdict.Breached : FindingVerdict.Ok, $"hour {hour}", 1000)
        {
            Checks = breached ? [new("age", "drift", null, FindingVerdict.Breached, "age moved") { Effect = 0.4, RelevantEffect = 0.1, AdjustedPValue = 0.001 }] : [],
        }, new AlertPolicy(), default);

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
