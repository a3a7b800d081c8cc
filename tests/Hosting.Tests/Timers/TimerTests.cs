using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Time.Testing;
using Serverless.Hosting.Timers;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Timers;

public sealed class TimerTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Start = new(2026, 6, 1, 10, 0, 3, TimeSpan.Zero);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly string id = TestHost.NewId("timer");

    [Fact]
    public async Task Timer_Due_RunsAndWritesItsState()
    {
        await using var host = await StartAsync<TickFunctions>();

        var first = await host.Recorder.NextAsync<Tick>(clock, Step);
        var second = await host.Recorder.NextAsync<Tick>(clock, Step);

        Assert.Equal(new Tick(false, default(DateTime), new DateTime(2026, 6, 1, 10, 5, 0)), first);
        Assert.False(second.IsPastDue);
        Assert.Equal(new DateTime(2026, 6, 1, 10, 10, 0), second.Next);
        Assert.InRange(second.Last!.Value, new DateTime(2026, 6, 1, 10, 5, 0), new DateTime(2026, 6, 1, 10, 5, 5));
        var state = await StateAsync("Tick");
        Assert.Equal(["Last", "LastUpdated", "Next"], state.Select(property => property.Key).Order());
        Assert.EndsWith("+00:00", (string)state["Next"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timer_MissedWhileTheHostWasDown_IsMadeUpForOnceAsPastDue()
    {
        await using (var host = await StartAsync<TickFunctions>()) await host.Recorder.NextAsync<Tick>(clock, Step);
        clock.Advance(TimeSpan.FromMinutes(20));

        await using var again = await StartAsync<TickFunctions>();
        var made = await again.Recorder.NextAsync<Tick>();
        var next = await again.Recorder.NextAsync<Tick>(clock, Step);

        Assert.True(made.IsPastDue);
        Assert.False(next.IsPastDue);
    }

    [Fact]
    public async Task Timer_WithAChangedSchedule_IsNotPastDue()
    {
        await using (var host = await StartAsync<TickFunctions>()) await host.Recorder.NextAsync<Tick>(clock, Step);
        clock.Advance(TimeSpan.FromMinutes(20));

        await using var again = await StartAsync<TickFunctions>("--Schedule=0 */7 * * * *");

        Assert.False((await again.Recorder.NextAsync<Tick>(clock, Step)).IsPastDue);
    }

    [Fact]
    public async Task Timer_ThatThrows_TicksAgain()
    {
        await using var host = await StartAsync<TickFunctions>();
        host.Recorder.Switches["fail"] = true;

        await host.Recorder.NextAsync<Tick>(clock, Step);
        var second = await host.Recorder.NextAsync<Tick>(clock, Step);

        Assert.Equal(new DateTime(2026, 6, 1, 10, 10, 0), second.Next);
    }

    [Fact]
    public async Task Timer_WithTicksSecondsApart_HasNoStatus()
    {
        await using var host = await StartAsync<TickFunctions>("--Schedule=*/20 * * * * *");

        Assert.Equal(new Tick(false, null, null), await host.Recorder.NextAsync<Tick>(clock, Step));
        Assert.False((await Blob("timers", "Tick", "/status").ExistsAsync()).Value);
    }

    [Fact]
    public async Task RunOnStartup_AtStart_RunsAndIsNotPastDue()
    {
        await using var host = await StartAsync<StartupFunctions>();

        Assert.False(await host.Recorder.NextAsync<bool>());
    }

    [Fact]
    public async Task FixedDelayRetry_OnATimerThatFails_MakesItsAttemptsUnderOneInvocationId()
    {
        await using var host = await StartAsync<RetryFunctions>();

        var first = await host.Recorder.NextAsync<Attempt>(clock, Step);
        var second = await host.Recorder.NextAsync<Attempt>(clock, Step);
        var third = await host.Recorder.NextAsync<Attempt>(clock, Step);
        var next = await host.Recorder.NextAsync<Attempt>(clock, Step);

        Assert.Equal([(0, 2), (1, 2), (2, 2), (0, 2)], new[] { first, second, third, next }.Select(attempt => (attempt.Count, attempt.Maximum)));
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Id, third.Id);
        Assert.NotEqual(first.Id, next.Id);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(3, 10)]
    [InlineData(1000, 10)]
    public void ExponentialBackoff_ByAttempt_DoublesUpToItsMaximum(int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), TimerRuns.Delay(new ExponentialBackoffRetryAttribute(5, "00:00:02", "00:00:10"), attempt));

    [Fact]
    public async Task Timer_OnTwoInstances_RunsOnOneAndMovesToTheOtherWhenThatStops()
    {
        var one = await StartAsync<TickFunctions>();
        await one.Recorder.NextAsync<Tick>(clock, Step);
        await using var two = await StartAsync<TickFunctions>();

        await one.Recorder.NextAsync<Tick>(clock, Step);
        Assert.Equal(0, two.Recorder.Count);
        await one.DisposeAsync();

        await two.Recorder.NextAsync<Tick>(clock, Step);
    }

    [Fact]
    public async Task Timer_Disabled_DoesNotTickWhileItsTwinDoes()
    {
        await using var host = await StartAsync<TwinFunctions>("--AzureWebJobs.Left.Disabled=True");

        List<string> ticks = [];
        while (ticks.Count < 4) ticks.Add(await host.Recorder.NextAsync<string>(clock, Step));

        Assert.Equal(Enumerable.Repeat("right False", 4), ticks);
    }

    [Fact]
    public async Task Lock_TakenAway_IsLostAtTheNextRenewal()
    {
        var blob = Blob("locks", "Tick", ".Listener");
        await new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts", Options).CreateIfNotExistsAsync();
        await using var held = await InstanceLock.TryAcquireAsync(blob, clock, CancellationToken.None);
        Assert.Null(await InstanceLock.TryAcquireAsync(blob, clock, CancellationToken.None));

        await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = held!.Lost.Register(lost.SetResult);
        clock.Advance(TimeSpan.FromSeconds(10));

        await lost.Task.WaitAsync(Patience.Limit);
        await using var other = await InstanceLock.TryAcquireAsync(blob, clock, CancellationToken.None);
        Assert.NotNull(other);
    }

    private static BlobClientOptions Options => new(BlobClientOptions.ServiceVersion.V2025_11_05);

    private BlobClient Blob(string folder, string function, string rest) =>
        new(azurite.ConnectionString, "azure-webjobs-hosts", $"{folder}/{id}/Host.Functions.{function}{rest}", Options);

    private async Task<JsonObject> StateAsync(string function) =>
        JsonNode.Parse((await Blob("timers", function, "/status").DownloadContentAsync()).Value.Content.ToString())!.AsObject();

    private Task<TestHost> StartAsync<T>(params string[] args) =>
        TestHost.StartAsync(azurite.ConnectionString, id, clock, [typeof(T)], ["--Schedule=0 */5 * * * *", .. args]);
}
