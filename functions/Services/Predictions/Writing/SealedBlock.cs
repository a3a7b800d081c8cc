using System.Diagnostics;

namespace Serverless.Services.Predictions;

/// <summary>A block that waits for storage.</summary>
internal sealed record SealedBlock(BlockBuffer Buffer, int Rows, long Charge, long AcceptedAt, IReadOnlyList<TaskCompletionSource> Waiting, IReadOnlyList<LargeTensor> Tensors)
{
    /// <summary>The spans of requests whose rows it holds, where they are recorded.</summary>
    public IReadOnlyList<Activity> Requests { get; init; } = [];

    /// <summary>It is durable.</summary>
    public void Complete()
    {
        foreach (var waiting in Waiting) waiting.TrySetResult();
        Buffer.Dispose();
    }

    /// <summary>It never will be.</summary>
    public void Fail(Exception reason)
    {
        foreach (var waiting in Waiting) waiting.TrySetException(reason);
        Buffer.Dispose();
    }
}
