using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Core.Access;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Inference;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Onnx;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Driving;
using Serverless.Services.Rollout.Store;

namespace Serverless.Services.Tests.Rollout;

/// <summary>What a test says of a candidate, instead of measurements.</summary>
internal sealed class StatedEvidence
{
    public Evidence Offline { get; set; } = new([KeyValuePair.Create("trial.loaded", Figure.Of(1, 1, "test"))]);

    public ShadowComparison Shadow { get; set; } = new(default, Evidence.Empty);

    public Evidence Release { get; set; } = Rows(1_000);

    public TrialCounts Trial { get; set; } = new(default, default);

    public EvidenceSources Sources => new((_, _, _) => Task.FromResult(Offline), (_, _, _) => Task.FromResult(Shadow), (_, _, _) => Task.FromResult(Release), (_, _, _) => Task.FromResult(Trial));

    /// <summary>Figures that leave no doubt: their intervals have no width.</summary>
    public static Evidence Rows(long rows, params (string Name, double Value)[] figures) =>
        new(figures.Append(("release.rows", rows)).Select(figure => KeyValuePair.Create(figure.Item1, new Figure(figure.Item2, new(figure.Item2, figure.Item2, 0.95, default), rows, "test"))));

    /// <summary>A shadow that agrees on all rows but some.</summary>
    public static ShadowComparison Agrees(long rows, long but = 0) => new(
        new(rows - but, but, default, default, default, 0), new([KeyValuePair.Create("shadow.errors.rate", Figure.Of(0, rows, "test"))]));
}

/// <summary>One host's registry and rollouts on a real storage.</summary>
internal sealed class RolloutRig : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public RolloutRig(string storage, TimeProvider clock, StatedEvidence evidence, string topic, HttpPipelinePolicy? fault = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["EventGrid:TopicEndpoint"] = topic,
            ["EventGrid:TopicKey"] = "key",
        }).Build();
        var collection = new ServiceCollection().AddLogging().AddSingleton(clock).AddSingleton<IConfiguration>(configuration);
        collection.AddRegistry(configuration);
        collection.AddPredictions(configuration);
        collection.AddInference(configuration);
        collection.AddRollouts();
        collection.AddSingleton<TrialLoad>((path, _) => Task.FromResult(ModelTrial.Load(path)));
        collection.AddSingleton(evidence.Sources);
        if (fault is not null)
        {
            collection.AddSingleton(new TableServiceClient(storage, With(new TableClientOptions(), fault)));
            collection.AddSingleton(new BlobServiceClient(storage, With(new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05), fault)));
            collection.AddSingleton(new QueueServiceClient(storage, With(new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05), fault)));
        }

        services = collection.BuildServiceProvider();
        Fault = fault;
    }

    /// <summary>What stands between it and storage, or null.</summary>
    public HttpPipelinePolicy? Fault { get; }

    public static Caller Caller(string by = "alice") => new(by, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N"), null);

    public IServiceProvider Services => services;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task PolicyAsync(ModelName model, string rollout) => await Get<PolicyService>().PutAsync(model, PolicyDocument.Parse($$"""{"rollout": {{rollout}}}""", isYaml: false), null, Caller(), default);

    public Task<bool> StartAsync(ModelName model, int version) => Get<RolloutCommands>().StartAsync(model, new(version), null, Caller(), default);

    public Task AdvanceAsync(ModelName model) => Get<RolloutDriver>().AdvanceAsync(model, new("rollout", "test", null), default);

    public Task<RolloutState> ActAsync(ModelName model, RolloutAction action, string by = "alice") => Get<RolloutCommands>().ActAsync(model, action, "because", Caller(by), default);

    public async Task<RolloutState> NewestAsync(ModelName model) => (await Get<RolloutStore>().ListAsync(model, new(1, null), default)).Rollouts[0].State;

    public async Task<int?> ChampionAsync(ModelName model) => (await Get<ModelStore>().GetAsync(model, default)).Champion;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static T With<T>(T options, HttpPipelinePolicy fault)
        where T : ClientOptions
    {
        // Outside of retries: a connection that the emulator has closed is no death.
        options.AddPolicy(fault, HttpPipelinePosition.PerCall);
        return options;
    }
}
