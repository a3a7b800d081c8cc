using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Serverless.Services.Inference;
using Serverless.Services.Inference.Health;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Shadows;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Inference;

/// <summary>What health asks, how often, and for how long it waits.</summary>
public sealed class HealthTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Dependency_ThatHangs_DoesNotHangTheAnswer()
    {
        var checks = Checks(("tables", DependencyCheck.Of(_ => new TaskCompletionSource().Task)));
        var answers = checks.AskAsync(default);
        var start = TimeProvider.System.GetTimestamp();
        while (!answers.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Limit);
            clock.Advance(DependencyChecks.Patience);
            await Task.Yield();
        }

        Assert.Equal(HealthStatus.Unhealthy, (await answers)["tables"].Status);
    }

    [Fact]
    public async Task Dependency_ThatBlocksItsThread_DoesNotHangTheAnswer()
    {
        using var blocked = new ManualResetEventSlim();
        var checks = Checks(("tables", DependencyCheck.Of(_ =>
        {
            blocked.Wait(CancellationToken.None);
            return Task.CompletedTask;
        })));
        var answers = checks.AskAsync(default);
        var start = TimeProvider.System.GetTimestamp();
        while (!answers.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Limit);
            clock.Advance(DependencyChecks.Patience);
            await Task.Yield();
        }

        blocked.Set();
        Assert.Equal(HealthStatus.Unhealthy, (await answers)["tables"].Status);
    }

    [Fact]
    public async Task Callers_ManyAtOnceAndSoonAfter_AskStorageOnce()
    {
        var (asked, gate) = (0, new TaskCompletionSource());
        var checks = Checks(("tables", DependencyCheck.Of(_ =>
        {
            Interlocked.Increment(ref asked);
            return gate.Task;
        })));
        var many = Enumerable.Range(0, 100).Select(_ => checks.AskAsync(default)).ToArray();
        gate.SetResult();
        await Task.WhenAll(many);
        clock.Advance(DependencyChecks.Fresh - TimeSpan.FromMilliseconds(1));
        await checks.AskAsync(default);
        Assert.Equal(1, asked);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await checks.AskAsync(default);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Caller_WhoLeaves_TakesTheAnswerFromNobody()
    {
        var gate = new TaskCompletionSource();
        var checks = Checks(("tables", DependencyCheck.Of(_ => gate.Task)));
        using var left = new CancellationTokenSource();
        var (leaving, staying) = (checks.AskAsync(left.Token), checks.AskAsync(default));
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        gate.SetResult();
        Assert.Equal(HealthStatus.Healthy, (await staying)["tables"].Status);
    }

    [Theory]
    [InlineData(nameof(HealthStatus.Healthy), StatusCodes.Status200OK)]
    [InlineData(nameof(HealthStatus.Degraded), StatusCodes.Status200OK)]
    [InlineData(nameof(HealthStatus.Unhealthy), StatusCodes.Status503ServiceUnavailable)]
    public async Task Report_IsAsTheWorstOfItsParts(string worst, int status)
    {
        var part = Enum.Parse<HealthStatus>(worst);
        await using var serving = new Serving();
        var report = new HealthReport(
            Checks(("tables", DependencyCheck.Of(_ => Task.CompletedTask)), ("events", DependencyCheck.Of(_ => part == HealthStatus.Healthy ? Task.CompletedTask : Task.FromException(new IOException("account secret")), part))),
            serving.Get<SessionCache>(), serving.Get<PredictionCounters>(), serving.Get<TruthCounters>(), serving.Get<ShadowCounters>(), serving.Get<ShadowLog>(),
            Options.Create(new InferenceOptions()), Options.Create(new PredictionLogOptions()));
        var answer = Assert.IsType<JsonHttpResult<Health>>(await report.AnswerAsync(default));
        Assert.Equal((status, part), (answer.StatusCode, answer.Value!.Status));
        Assert.Equal(["events", "predictionLog", "sessionMemory", "tables"], answer.Value.Dependencies.Keys.Order());
        Assert.DoesNotContain("secret", System.Text.Json.JsonSerializer.Serialize(answer.Value, HealthJson.Default.Health), StringComparison.Ordinal);
    }

    private DependencyChecks Checks(params (string Name, DependencyCheck Check)[] checks) => new(checks.ToDictionary(check => check.Name, check => check.Check), clock);
}
