using System.Diagnostics;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;
using Serverless.Services.Telemetry;

namespace Serverless.Services.Tests.Telemetry;

public sealed class ExportersTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317")]
    [InlineData(true, false, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4317")]
    [InlineData(false, true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317", "OTEL_TRACES_EXPORTER=none")]
    [InlineData(false, false, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317", "OTEL_SDK_DISABLED=true")]
    [InlineData(true, true, "APPLICATIONINSIGHTS_CONNECTION_STRING=InstrumentationKey=00000000-0000-0000-0000-000000000001")]
    [InlineData(false, false, "APPLICATIONINSIGHTS_CONNECTION_STRING=")]
    public void Signals_GoWhereTheSettingsSay(bool traces, bool logs, params string[] settings)
    {
        var exporters = new Exporters(Settings(settings));
        Assert.Equal((traces, logs, traces || logs), (exporters.Exports("TRACES"), exporters.Exports("LOGS"), exporters.Any));
    }

    [Fact]
    public void WithoutAPlace_NothingIsAdded()
    {
        var services = new ServiceCollection().AddExporters(Settings([]));
        Assert.DoesNotContain(services, service => service.ServiceType.FullName!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
    }

    [Fact]
    public void Ratio_OutsideOfZeroToOne_IsRefused()
    {
        using var services = new ServiceCollection().AddExporters(Settings(["Tracing:RequestRatio=1.5"])).BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<TracingOptions>>().Value);
    }

    [Fact]
    public void Identity_IsTheOneThatTheFunctionsHostReads()
    {
        Assert.Null(Exporters.Identity(null));
        Assert.Null(Exporters.Identity("ClientId=00000000-0000-0000-0000-000000000001"));
        Assert.IsType<ManagedIdentityCredential>(Exporters.Identity("Authorization=AAD"));
        Assert.IsType<ManagedIdentityCredential>(Exporters.Identity("ClientId=00000000-0000-0000-0000-000000000001;Authorization=AAD"));
    }

    [Theory]
    [InlineData(ActivityKind.Server, "/models/iris", 1, true)]
    [InlineData(ActivityKind.Server, "/models/iris", 0, false)]
    [InlineData(ActivityKind.Server, "/v2/health/ready", 1, false)]
    [InlineData(ActivityKind.Server, "/metrics", 1, false)]
    [InlineData(ActivityKind.Client, null, 1, false)]
    [InlineData(ActivityKind.Consumer, null, 0, true)]
    [InlineData(ActivityKind.Internal, null, 0, true)]
    public void Roots_AreSampledByWhatBeginsThem(ActivityKind kind, string? path, double ratio, bool sampled)
    {
        var tags = path is null ? null : new Dictionary<string, object?> { ["url.path"] = path };
        var decision = new RequestSampler(ratio).ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateFromString("0123456789abcdef0123456789abcdef"), "name", kind, tags, null)).Decision;
        Assert.Equal(sampled, decision == SamplingDecision.RecordAndSample);
    }

    // "a=b" for each; only the first "=" divides.
    private static IConfigurationRoot Settings(string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => one.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build();
}
