using System.Diagnostics;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
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
        using var services = new ServiceCollection().AddExporters(Settings(["Tracing:RequestsPerSecond=-1"])).BuildServiceProvider();
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
    [InlineData(ActivityKind.Server, 1, true)]
    [InlineData(ActivityKind.Server, 0, false)]
    [InlineData(ActivityKind.Client, 1, false)]
    [InlineData(ActivityKind.Consumer, 0, true)]
    [InlineData(ActivityKind.Internal, 0, true)]
    public void Roots_AreSampledByWhatBeginsThem(ActivityKind kind, double perSecond, bool sampled) =>
        Assert.Equal(sampled, IsSampled(new(perSecond, TimeProvider.System), kind));

    [Fact]
    public void Requests_AreSampledAtARate()
    {
        var clock = new FakeTimeProvider();
        var sampler = new RequestSampler(5, clock);
        int Taken(int requests) => Enumerable.Range(0, requests).Count(_ => IsSampled(sampler, ActivityKind.Server));
        Assert.True(sampler.HasRoom);
        Assert.Equal(5, Taken(1_000));
        Assert.False(sampler.HasRoom);
        clock.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal(0, Taken(1_000));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(sampler.HasRoom);
        Assert.Equal(1, Taken(1_000));
        // Quiet times are not saved up for more than a second.
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, Taken(1_000));
        var minute = 0;
        for (var step = 0; step < 6_000; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            minute += Taken(10);
        }
        Assert.Equal(300, minute);
    }

    [Fact]
    public void Requests_SampledByManyThreads_AreNoMore()
    {
        var sampler = new RequestSampler(100, new FakeTimeProvider());
        var taken = 0;
        Parallel.For(0, 100_000, _ =>
        {
            if (IsSampled(sampler, ActivityKind.Server)) Interlocked.Increment(ref taken);
        });
        Assert.Equal(100, taken);
    }

    private static bool IsSampled(RequestSampler sampler, ActivityKind kind) =>
        sampler.ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateFromString("0123456789abcdef0123456789abcdef"), "name", kind)).Decision == SamplingDecision.RecordAndSample;

    // "a=b" for each; only the first "=" divides.
    private static IConfigurationRoot Settings(string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => one.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build();
}
