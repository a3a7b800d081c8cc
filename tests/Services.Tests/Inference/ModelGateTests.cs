using Serverless.Core.Problems;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Tests.Inference;

public sealed class ModelGateTests
{
    [Fact]
    public async Task Gate_LetsItsNumberIn_AndQueuesTheRestInOrder()
    {
        var gate = new ModelGate(2, 2);
        Assert.True(gate.EnterAsync(default).AsTask().IsCompletedSuccessfully);
        Assert.True(gate.EnterAsync(default).AsTask().IsCompletedSuccessfully);
        var third = gate.EnterAsync(default).AsTask();
        var fourth = gate.EnterAsync(default).AsTask();
        Assert.False(third.IsCompleted || fourth.IsCompleted);
        Assert.Equal(ProblemKind.TooManyRequests, (await Assert.ThrowsAsync<ProblemException>(() => gate.EnterAsync(default).AsTask())).Kind);
        Assert.Throws<ProblemException>(gate.CheckRoom);
        gate.Leave();
        await third;
        Assert.False(fourth.IsCompleted);
        gate.Leave();
        await fourth;
    }

    [Fact]
    public async Task Gate_LeftByAWaiter_GivesItsPlaceToAnother()
    {
        var gate = new ModelGate(1, 1);
        await gate.EnterAsync(default);
        using var cancel = new CancellationTokenSource();
        var waiter = gate.EnterAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        var next = gate.EnterAsync(default).AsTask();
        gate.Leave();
        await next;
        gate.Leave();
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public async Task Gate_UnderLoadWithCancellations_NeverExceedsItsNumberAndLosesNoTurn()
    {
        var gate = new ModelGate(3, 8);
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 5_000; round++)
            {
                using var cancel = new CancellationTokenSource();
                try
                {
                    var turn = gate.EnterAsync(cancel.Token);
                    if (random.Next(3) == 0) cancel.Cancel();
                    await turn;
                }
                catch (Exception refused) when (refused is OperationCanceledException or ProblemException)
                {
                    continue;
                }
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                Interlocked.Increment(ref entered);
                if (random.Next(4) == 0) await Task.Yield();
                Interlocked.Decrement(ref inside);
                gate.Leave();
            }
        })));
        Assert.InRange(most, 1, 3);
        Assert.InRange(entered, 1, 40_000);
        for (var turn = 0; turn < 3; turn++) Assert.True(gate.EnterAsync(default).AsTask().IsCompletedSuccessfully);
        Assert.False(gate.TryEnter());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (seen < value && Interlocked.CompareExchange(ref target, value, seen) is var before && before != seen) seen = before;
    }
}
