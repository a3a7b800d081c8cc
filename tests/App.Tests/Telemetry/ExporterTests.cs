using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Serverless.App.Tests.Faults;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>Collectors that are away, that hang, and Azure Monitor's.</summary>
public sealed class ExporterTests(AzuriteFixture azurite)
{
    private const int Requests = 40;

    [Fact]
    public Task Collector_ThatHangs_CostsNoRequestAndNoPrediction() => ServeAsync(hangs: true);

    [Fact]
    public Task Collector_ThatIsAway_CostsNoRequestAndNoPrediction() => ServeAsync(hangs: false);

    [Fact]
    public async Task ApplicationInsights_IsToldTheRequestInItsTrace()
    {
        await using var monitor = await Ingestion.StartAsync();
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings(
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.Empty};IngestionEndpoint={monitor.Address}/;LiveEndpoint={monitor.Address}/"),
            ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"), ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("Tracing:RequestsPerSecond", "0")));
        var (model, trace, silent) = (TracedSuite.NewModel(), TracedSuite.NewTrace(), TracedSuite.NewTrace());
        await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model("iris_lr")));
        await TracedSuite.SendAsync(app, HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, silent, recorded: false);
        await TracedSuite.SendAsync(app, HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, trace);
        await SuiteCalls.UntilAsync("the request is told", () => Task.FromResult(monitor.Items.Any(item => item.Contains("RequestData", StringComparison.Ordinal) && item.Contains(trace, StringComparison.Ordinal))));
        await SuiteCalls.UntilAsync("its steps are told", () => Task.FromResult(monitor.Items.Any(item => item.Contains("\"compute\"", StringComparison.Ordinal) && item.Contains(trace, StringComparison.Ordinal))));
        Assert.DoesNotContain(monitor.Items, item => item.Contains("RequestData", StringComparison.Ordinal) && item.Contains(silent, StringComparison.Ordinal));
    }

    private async Task ServeAsync(bool hangs)
    {
        await using var receiver = await OtlpReceiver.StartAsync(hangs);
        var settings = receiver.Settings;
        if (!hangs) await receiver.DisposeAsync();
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString, SuiteCalls.Settings([.. settings, ("Tracing:RequestsPerSecond", "1000000"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000")]));
        var model = TracedSuite.NewModel();
        await app.Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Model("iris_lr")));
        for (var request = 0; request < Requests; request++)
        {
            await TracedSuite.SendAsync(app, HttpMethod.Post, $"/v2/models/{model}/infer", TracedSuite.Iris, null);
            // From here on an export is under way, and not answered.
            if (request == 0 && hangs) await SuiteCalls.UntilAsync("the collector is asked", () => Task.FromResult(receiver.Requests > 0));
        }
        Assert.Equal(0, await app.StopAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Requests, await CountAsync(ModelName.Parse(model)));
        Assert.DoesNotContain("Unhandled exception", app.Output, StringComparison.Ordinal);
    }

    private async Task<long> CountAsync(ModelName model)
    {
        var reader = new PredictionReader(new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)), NullLogger<PredictionReader>.Instance);
        var rows = 0L;
        await foreach (var batch in reader.ReadAsync(new(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue), new ReadReport(), TestContext.Current.CancellationToken))
            using (batch) rows += batch.Length;
        return rows;
    }

    /// <summary>Takes what Azure Monitor's exporter sends: lines of JSON, zipped.</summary>
    private sealed class Ingestion : IAsyncDisposable
    {
        private readonly WebApplication web;

        private Ingestion()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            web = builder.Build();
            web.MapPost("/{**path}", TakeAsync);
        }

        public string Address => web.Urls.First();

        public ConcurrentQueue<string> Items { get; } = new();

        public static async Task<Ingestion> StartAsync()
        {
            var ingestion = new Ingestion();
            await ingestion.web.StartAsync(TestContext.Current.CancellationToken);
            return ingestion;
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            var zipped = context.Request.Headers.ContentEncoding == "gzip";
            await using var body = zipped ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
            var lines = (await new StreamReader(body, Encoding.UTF8).ReadToEndAsync(context.RequestAborted)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in lines) Items.Enqueue(line);
            await context.Response.WriteAsJsonAsync(new { itemsReceived = lines.Length, itemsAccepted = lines.Length, errors = Array.Empty<object>() });
        }
    }
}
