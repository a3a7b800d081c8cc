using Azure;
using Azure.Identity;

namespace Serverless.Hosting.Storage;

/// <summary>What storage clients throw when storage is away, slow, or refuses.</summary>
internal static class StorageFault
{
    /// <param name="problem">What was thrown.</param>
    /// <param name="cancel">What the caller itself may have cancelled; a cancellation that is not its own is a time-out of the network.</param>
    public static bool Is(Exception problem, CancellationToken cancel) => problem is OperationCanceledException
        ? !cancel.IsCancellationRequested
        : problem is RequestFailedException or AggregateException or IOException or AuthenticationFailedException;
}
