using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Faults;
using Serverless.Services.Tables;
using Serverless.Services.Tests.Predictions;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>A model whose log is written at stated times, and everything that scans it, on a real Azurite. Its policy is what the test says.</summary>
internal sealed class ScanRig : IAsyncDisposable
{
    private readonly LogRig log;
    private readonly ServiceProvider services;
    private readonly string connection, topic;

    public ScanRig(string connection, DateTimeOffset now, string policy = "{}", string topic = "http://127.0.0.1:9/none")
    {
        this.topic = topic;
        Clock = new FakeTimeProvider(now);
        log = new(connection, Clock);
        Policy = policy;
        services = Build(connection, null);
        this.connection = connection;
    }

    /// <summary>Scans one window in an instance that is killed at one of its calls to storage; false when it lived.</summary>
    public async Task<bool> DiesAsync(string monitor, DateTimeOffset end, Kill kill)
    {
        await using var dying = Build(connection, kill);
        try
        {
            await dying.GetRequiredService<ScanRunner>().RunAsync(JsonSerializer.Serialize(new(Model.Value, monitor, end, null), ScanJson.Default.ScanRequest), TestContext.Current.CancellationToken);
        }
        catch (Exception) when (kill.Dead)
        {
            // In whatever form it shows.
        }
        return kill.Dead;
    }

    private ServiceProvider Build(string connection, Kill? kill)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["AzureWebJobsStorage"] = connection, ["EventGrid:TopicEndpoint"] = topic, ["EventGrid:TopicKey"] = "key" }).Build();
        var tables = new TableClientOptions { Retry = { MaxRetries = 0 } };
        var queues = new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None, Retry = { MaxRetries = 0 } };
        var blobs = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05) { Retry = { MaxRetries = 0 } };
        foreach (var options in kill is null ? [] : new ClientOptions[] { tables, queues, blobs }) options.AddPolicy(kill!, HttpPipelinePosition.PerCall);
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(new BlobServiceClient(connection, blobs))
            .AddSingleton(new TableServiceClient(connection, tables))
            .AddSingleton(new QueueServiceClient(connection, queues))
            .AddRegistry(configuration)
            .AddSingleton<PredictionReader>().AddSingleton<TruthReader>().AddSingleton<PredictionJoin>()
            .AddSingleton(_ => new ModelSnapshots((name, _) => Task.FromResult<ModelSnapshot?>(name == Model ? Snapshot() : null), Clock))
            .AddMonitoring()
            .AddAlerts(configuration)
            .BuildServiceProvider();
    }

    public ModelName Model => log.Model;

    public FakeTimeProvider Clock { get; }

    public string Policy { get; set; }

    public LogRig Log => log;

    public FindingStore Findings => services.GetRequiredService<FindingStore>();

    public ScanRunner Runner => services.GetRequiredService<ScanRunner>();

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>Features by name as one two-dimensional float input; the label and a probability out.</summary>
    public static ServableVersion Version(int number, params string[] features) => new(
        number, Digest.Of(new byte[32]), 1,
        new Signature(
            [new("features", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(features.Length, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")]), new("probability", ValueKind.Tensor, ElementType.Float, [new(null, "N")])]),
        features, null, false);

    /// <summary>Logs one request as its filler says.</summary>
    public async Task<PredictionId> WriteAsync(ServableVersion version, DateTimeOffset at, int rows, Action<PredictionEntry> fill, IReadOnlyDictionary<string, string>? segments = null)
    {
        await log.Container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var id = new PredictionId(Guid.CreateVersion7(at)).Request;
        var writer = log.Log();
        var entry = writer.Begin(Model, PredictionSchema.Of(version, log.Policy), LogRig.Header(id, rows) with { Version = version.Number, Segments = [.. segments ?? new Dictionary<string, string>()] })!;
        fill(entry);
        await writer.WriteAsync(entry, TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        return id;
    }

    /// <summary>Says the truth of a request's rows.</summary>
    public async Task LabelAsync(PredictionId request, IReadOnlyList<long> labels)
    {
        foreach (var name in (string[])[PredictionPaths.LabelsContainer, PredictionPaths.OutcomesContainer])
            await log.Blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var truth = new TruthService(log.Blobs, log.Reader, Get<ModelSnapshots>(), new TruthCounters(), Microsoft.Extensions.Options.Options.Create(log.Options), Clock, NullLogger<PredictionReader>.Instance);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { items = labels.Select((label, row) => new { id = request.ForRow(row).ToString(), label }) });
        var context = new DefaultHttpContext { Request = { ContentType = "application/json", Body = new MemoryStream(body) } };
        var answer = Assert.IsType<JsonHttpResult<TruthAnswer>>(await truth.AnswerAsync(context.Request, TruthKind.Labels, Model.Value, TestContext.Current.CancellationToken));
        Assert.Equal(labels.Count, answer.Value!.Accepted);
    }

    /// <summary>Gives a version the baseline that this table is, and makes it the champion, whose baseline's contract is in force.</summary>
    public async Task BaselineAsync(int version, string table, BaselineRoles roles)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, table, TestContext.Current.CancellationToken);
        var file = await TableFile.OpenAsync(path, TestContext.Current.CancellationToken);
        var rows = await file.ReadAsync(TestContext.Current.CancellationToken).Select(batch => batch.Length).SumAsync(TestContext.Current.CancellationToken);
        var builder = new BaselineBuilder(rows, roles.RoleOf, roles.Types, _ => true);
        await foreach (var batch in file.ReadAsync(TestContext.Current.CancellationToken))
            using (batch) builder.Add(batch);
        await Get<BaselineStore>().KeepAsync(builder.Build(Model, version, Clock.GetUtcNow(), "a test's table"), TestContext.Current.CancellationToken);
        File.Delete(path);
        Champion = version;
    }

    /// <summary>The version that <c>champion</c> names; null: none.</summary>
    public int? Champion { get; set; }

    /// <summary>Logs rows at a time, spread over milliseconds by their number.</summary>
    public async Task WriteAsync(ServableVersion version, DateTimeOffset at, float[] values, long[] labels, float[] probabilities, IReadOnlyDictionary<string, string>? segments = null, int status = 200, int rowsAtOnce = 10_000)
    {
        // Made before, for what is tried again waits by this clock, which nobody winds meanwhile.
        await log.Container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var schema = PredictionSchema.Of(version, log.Policy);
        var writer = log.Log();
        var width = version.FeatureNames!.Count;
        for (var from = 0; from < labels.Length; from += rowsAtOnce)
        {
            var count = Math.Min(rowsAtOnce, labels.Length - from);
            var entry = writer.Begin(Model, schema, LogRig.Header(new PredictionId(Guid.CreateVersion7(at.AddMilliseconds(from / rowsAtOnce))).Request, count) with
            {
                Version = version.Number, Status = status, Segments = [.. segments ?? new Dictionary<string, string>()],
            })!;
            entry.Tensor<float>(0, values.AsSpan(from * width, count * width));
            entry.Tensor<long>(1, labels.AsSpan(from, count));
            entry.Tensor<float>(2, probabilities.AsSpan(from, count));
            await writer.WriteAsync(entry, TestContext.Current.CancellationToken);
        }
        await writer.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Scans one window as the queue would.</summary>
    public async Task<Finding> ScanAsync(string monitor, DateTimeOffset end)
    {
        await Runner.RunAsync(JsonSerializer.Serialize(new(Model.Value, monitor, end, null), ScanJson.Default.ScanRequest), TestContext.Current.CancellationToken);
        return await CurrentAsync(monitor, end) ?? throw new InvalidOperationException("No finding.");
    }

    /// <summary>The window's current finding.</summary>
    public async Task<Finding?> CurrentAsync(string monitor, DateTimeOffset end) =>
        await Findings.FindAsync(Model, monitor, end, TestContext.Current.CancellationToken) is { Row: var row } ? await Findings.ReadAsync(row, TestContext.Current.CancellationToken) : null;

    public static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        await services.DisposeAsync();
    }

    private ModelSnapshot Snapshot() => new(
        Model, TaskKind.Other, false, Champion is { } champion ? ImmutableDictionary<AliasName, int>.Empty.Add(AliasName.Champion, champion) : ImmutableDictionary<AliasName, int>.Empty, ImmutableSortedDictionary<int, ServableVersion>.Empty,
        PolicyDocument.Parse(Policy, isYaml: false).Policy, 1);
}
