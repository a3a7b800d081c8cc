using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serverless.Hosting.Admin;
using Serverless.Hosting.Events;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Invocation;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Queues;
using Serverless.Hosting.Settings;
using Serverless.Hosting.Storage;
using Serverless.Hosting.Timers;

namespace Serverless.Hosting.Startup;

/// <summary>The running host's parts, connected: what its functions are run with, its listeners and its endpoints.</summary>
internal sealed class HostParts
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);
    private readonly IConfiguration settings;
    private readonly HostJson file;
    private readonly FunctionCatalog catalog;
    private readonly DisabledFunctions disabled;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly HostStorage storage;
    private readonly KeyStore keys;
    private readonly KeyCheck check;
    private readonly Serving serving;
    private readonly List<IListener> listeners;
    private readonly Dictionary<string, BackgroundFunction> background;
    private readonly Dictionary<string, HttpFunction> web = new(StringComparer.Ordinal);

    public HostParts(WebApplication app, FunctionCatalog catalog, ServiceLifetimes lifetimes, FunctionPipeline pipeline, HostJson file)
    {
        (settings, this.catalog, this.file) = (app.Configuration, catalog, file);
        disabled = new DisabledFunctions(settings);
        clock = app.Services.GetRequiredService<TimeProvider>();
        logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Host.Functions");
        listeners = app.Services.GetRequiredService<ListenerSet>().Listeners;
        storage = new HostStorage(settings);
        keys = new KeyStore(storage);
        check = new KeyCheck(keys, settings.GetValue(HostSettings.KeysEnforced, true));
        serving = new Serving(app.Services, new FunctionCompiler(app.Services, lifetimes), pipeline, new FunctionTimeouts(file.FunctionTimeout, clock), clock, logger);
        background = catalog.Entries.Where(function => function.Trigger is not HttpTriggerAttribute)
            .ToDictionary(function => function.Name, function => new BackgroundFunction(function, serving), StringComparer.Ordinal);
    }

    public void Map(WebApplication app)
    {
        var announcement = new Announcement(catalog, disabled, file.RoutePrefix, storage, check, clock);
        MapHttp(app);
        AddQueues();
        AddTimers(announcement);
        MapEvents(app);
        var run = new RunNow(background, web, clock);
        listeners.Add(run);
        new AdminEndpoints(catalog, new FunctionDescriptions(catalog, disabled, file.RoutePrefix), run, check, new HostStatus(storage.HostId, clock)).Map(app);
        if (!settings.GetValue(HostSettings.Quiet, false)) app.Lifetime.ApplicationStarted.Register(() => announcement.Write(Console.Out, app.Urls));
    }

    private void MapHttp(WebApplication app)
    {
        var with = new HttpServing(serving, check, new RequestGate(file.MaxConcurrentRequests, file.MaxOutstandingRequests));
        List<string> problems = [];
        foreach (var function in catalog.Entries)
        {
            if (function.Trigger is not HttpTriggerAttribute trigger) continue;
            if (HttpRoutes.Problem(function, trigger) is { } problem)
            {
                problems.Add(problem);
                continue;
            }
            var served = web[function.Name] = new HttpFunction(function, with);
            if (!disabled.Has(function)) HttpRoutes.Map(app, HttpRoutes.Template(function, trigger, file.RoutePrefix), trigger, served.ServeAsync);
        }
        FunctionCatalog.Refuse(problems);
    }

    private void AddQueues()
    {
        foreach (var function in background.Values)
        {
            if (function.Function.Trigger is not QueueTriggerAttribute trigger || disabled.Has(function.Function)) continue;
            var name = SettingNames.Resolve(trigger.QueueName, settings, function.Function.Name).ToLowerInvariant();
            var service = storage.Queues(trigger.Connection, file.Queues.Encoding);
            var work = new QueueFunction(function, PoisonQueue.For(service, name), file.Queues, logger).Work;
            listeners.Add(Listener(service.GetQueueClient(name), work));
        }
    }

    private QueueListener Listener(Azure.Storage.Queues.QueueClient queue, QueueWork work) =>
        new(queue, work, file.Queues, settings.GetValue(HostSettings.QueueLease, DefaultLease), clock, logger);

    private void AddTimers(Announcement announcement)
    {
        var store = new TimerStateStore(storage);
        foreach (var function in background.Values)
        {
            if (function.Function.Trigger is not TimerTriggerAttribute trigger) continue;
            var schedule = TimerSchedule.Parse(SettingNames.Resolve(trigger.Schedule, settings, function.Function.Name), function.Function.Name);
            announcement.Schedules[function.Function.Name] = schedule;
            if (!disabled.Has(function.Function)) listeners.Add(new TimerListener(function, schedule, trigger, store, clock, logger));
        }
    }

    private void MapEvents(WebApplication app)
    {
        var functions = background.Values.Where(function => function.Function.Trigger is EventGridTriggerAttribute && !disabled.Has(function.Function))
            .ToDictionary(function => function.Function.Name, function => new EventFunction(function, logger), StringComparer.Ordinal);
        var store = new DeliveryStore(storage, clock);
        var deliveries = functions.Count == 0 ? null
            : Listener(store.Queue, new EventDeliveries(functions, store, EventSettings.From(settings), clock, logger).Work);
        if (deliveries is not null) listeners.Add(deliveries);
        ((IEndpointRouteBuilder)app).Map(Webhook.Path, new Webhook(functions, check).ServeAsync);
        ((IEndpointRouteBuilder)app).MapPost(LocalTopic.Path, (RequestDelegate)new LocalTopic(OwnTopicKey(app), keys, store, functions.Keys, deliveries).PublishAsync);
    }

    // An endpoint that the settings name wins; otherwise the application publishes to this host, wherever it turns out to listen.
    private string OwnTopicKey(WebApplication app)
    {
        if (settings[HostSettings.TopicEndpoint] is { Length: > 0 }) return settings[HostSettings.TopicKey] ?? KeyStore.NewKey();
        settings[HostSettings.TopicKey] ??= KeyStore.NewKey();
        app.Lifetime.ApplicationStarted.Register(() => settings[HostSettings.TopicEndpoint] = ListeningAt.Loopback(app.Urls) + LocalTopic.Path);
        return settings[HostSettings.TopicKey]!;
    }
}
