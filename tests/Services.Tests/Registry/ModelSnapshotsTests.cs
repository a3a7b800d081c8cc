using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Services.Registry;

namespace Serverless.Services.Tests.Registry;

public sealed class ModelSnapshotsTests
{
    private static readonly ModelName Iris = ModelName.Parse("iris");
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Get_WithinTheFreshTime_ReadsOnce()
    {
        var reads = 0;
        var snapshots = new ModelSnapshots((name, _) => Task.FromResult<ModelSnapshot?>(Snapshot(name, ++reads)), clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(ModelSnapshots.FreshFor);
        Assert.Equal(1, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task Get_WhenStale_AnswersTheOldOneAndRefreshes()
    {
        var reads = 0;
        var snapshots = new ModelSnapshots((name, _) => Task.FromResult<ModelSnapshot?>(Snapshot(name, ++reads)), clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(ModelSnapshots.FreshFor * 2);
        Assert.Equal(1, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
        Assert.Equal(2, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
    }

    [Fact]
    public async Task Get_WhileStorageIsAway_GoesOnServing()
    {
        var away = false;
        var snapshots = new ModelSnapshots((name, _) => away ? throw new IOException("away") : Task.FromResult<ModelSnapshot?>(Snapshot(name, 7)), clock);
        await snapshots.GetAsync(Iris, default);
        away = true;
        for (var second = 0; second < 5; second++)
        {
            clock.Advance(ModelSnapshots.FreshFor * 2);
            Assert.Equal(7, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
        }
    }

    [Fact]
    public async Task Get_AfterAnIdleTime_WaitsForTheChangeThatWasMissed()
    {
        var reads = 0;
        var slow = new TaskCompletionSource<ModelSnapshot?>();
        var snapshots = new ModelSnapshots((name, _) => ++reads == 2 ? slow.Task : Task.FromResult<ModelSnapshot?>(Snapshot(name, reads)), clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(ModelSnapshots.OldFrom + TimeSpan.FromTicks(1));
        var asked = Enumerable.Range(0, 3).Select(_ => snapshots.GetAsync(Iris, default).AsTask()).ToArray();
        Assert.All(asked, one => Assert.False(one.IsCompleted));
        slow.SetResult(Snapshot(Iris, 2));
        Assert.All(await Task.WhenAll(asked), snapshot => Assert.Equal(2, snapshot!.PolicyVersion));
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Get_AfterAnIdleTimeWhileStorageHangs_IsDelayedOnceAndThenNot()
    {
        var reads = 0;
        var slow = new TaskCompletionSource<ModelSnapshot?>();
        var snapshots = new ModelSnapshots((name, _) => ++reads == 2 ? slow.Task : Task.FromResult<ModelSnapshot?>(Snapshot(name, reads)), clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(TimeSpan.FromHours(1));
        var delayed = snapshots.GetAsync(Iris, default).AsTask();
        Assert.False(delayed.IsCompleted);
        clock.Advance(ModelSnapshots.Patience);
        Assert.Equal(1, (await delayed)!.PolicyVersion);
        Assert.Equal(1, await AtOnceAsync(snapshots));
        clock.Advance(ModelSnapshots.PatienceAgain);
        var again = snapshots.GetAsync(Iris, default).AsTask();
        Assert.False(again.IsCompleted);
        slow.SetResult(Snapshot(Iris, 2));
        Assert.Equal((2, 2), ((await again)!.PolicyVersion, reads));
    }

    [Fact]
    public async Task Get_AfterAnIdleTimeAndARefreshThatFailed_DelaysNobody()
    {
        var reads = 0;
        var snapshots = new ModelSnapshots((name, _) => ++reads switch
        {
            1 => Task.FromResult<ModelSnapshot?>(Snapshot(name, 1)),
            2 => throw new IOException("away"),
            _ => new TaskCompletionSource<ModelSnapshot?>().Task,
        }, clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(TimeSpan.FromHours(1));
        for (var request = 0; request < 3; request++)
            Assert.Equal(1, await AtOnceAsync(snapshots));
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task Invalidate_DuringARefresh_IsNotUndoneByIt()
    {
        var reads = 0;
        var slow = new TaskCompletionSource<ModelSnapshot?>();
        var snapshots = new ModelSnapshots((name, _) => ++reads == 2 ? slow.Task : Task.FromResult<ModelSnapshot?>(Snapshot(name, reads)), clock);
        await snapshots.GetAsync(Iris, default);
        clock.Advance(ModelSnapshots.FreshFor * 2);
        await snapshots.GetAsync(Iris, default);
        snapshots.Invalidate(Iris);
        Assert.Equal(3, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
        slow.SetResult(Snapshot(Iris, 2));
        Assert.Equal(3, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
    }

    [Fact]
    public async Task Invalidate_DuringAFirstRead_IsNotUndoneByIt()
    {
        var reads = 0;
        var slow = new TaskCompletionSource<ModelSnapshot?>();
        var snapshots = new ModelSnapshots((name, _) => ++reads == 1 ? slow.Task : Task.FromResult<ModelSnapshot?>(Snapshot(name, reads)), clock);
        var early = snapshots.GetAsync(Iris, default);
        snapshots.Invalidate(Iris);
        slow.SetResult(Snapshot(Iris, 1));
        Assert.Equal(1, (await early)!.PolicyVersion);
        Assert.Equal(2, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
    }

    [Fact]
    public async Task Get_ByManyAtOnce_ReadsOnce()
    {
        var reads = 0;
        var slow = new TaskCompletionSource<ModelSnapshot?>();
        var snapshots = new ModelSnapshots((_, _) =>
        {
            reads++;
            return slow.Task;
        }, clock);
        var asked = Enumerable.Range(0, 5).Select(_ => snapshots.GetAsync(Iris, default).AsTask()).ToArray();
        using var gone = new CancellationTokenSource();
        var impatient = snapshots.GetAsync(Iris, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        slow.SetResult(Snapshot(Iris, 1));
        await Task.WhenAll(asked);
        Assert.Equal(1, reads);
    }

    [Fact]
    public async Task Get_AfterAReadingThatFailed_ReadsAgain()
    {
        var reads = 0;
        var snapshots = new ModelSnapshots((name, _) => ++reads == 1 ? throw new IOException("away") : Task.FromResult<ModelSnapshot?>(Snapshot(name, reads)), clock);
        await Assert.ThrowsAsync<IOException>(async () => await snapshots.GetAsync(Iris, default));
        Assert.Equal(2, (await snapshots.GetAsync(Iris, default))!.PolicyVersion);
    }

    private static async Task<int> AtOnceAsync(ModelSnapshots snapshots)
    {
        var asked = snapshots.GetAsync(Iris, default).AsTask();
        Assert.True(asked.IsCompleted);
        return (await asked)!.PolicyVersion;
    }

    private static ModelSnapshot Snapshot(ModelName name, int policyVersion) => new(
        name, TaskKind.Other, false, ImmutableDictionary<AliasName, int>.Empty,
        ImmutableSortedDictionary<int, ServableVersion>.Empty, ModelPolicy.Default, policyVersion);
}
