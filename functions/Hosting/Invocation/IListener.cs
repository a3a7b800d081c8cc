namespace Serverless.Hosting.Invocation;

/// <summary>Waits for what triggers functions and runs them.</summary>
internal interface IListener
{
    /// <summary>Ends after <see cref="Halt.Stop"/>, when what runs has ended; what runs ends early at <see cref="Halt.Drain"/>.</summary>
    public Task RunAsync(Halt halt);
}

/// <summary>The two steps of stopping.</summary>
/// <param name="Stop">Start nothing new.</param>
/// <param name="Drain">The time to finish is over.</param>
internal readonly record struct Halt(CancellationToken Stop, CancellationToken Drain);
