using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Serverless.Services.Predictions;

/// <summary>A thread that gets the processor when no request wants it.</summary>
internal static partial class BackgroundThread
{
    // The runtime does not map thread priorities to Linux. A nice value would not do: since its version 6.6 a thread that runs keeps the
    // processor for its whole slice of milliseconds, however low it stands, but for one of this policy, which any other one interrupts.
    private const int Idle = 5;
    private const int ThisThread = 0;

    /// <summary>Starts one.</summary>
    public static Thread Start(string name, Action work)
    {
        var thread = new Thread(() =>
        {
            // Whoever happens to start it, its work is not part of that request.
            Activity.Current = null;
            var priority = 0;
            if (OperatingSystem.IsLinux()) _ = SetScheduler(ThisThread, Idle, ref priority);
            work();
        })
        { Name = name, IsBackground = true, Priority = OperatingSystem.IsLinux() ? ThreadPriority.Normal : ThreadPriority.Lowest };
        thread.Start();
        return thread;
    }

    // Where a sandbox forbids it, shadows run like requests.
    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref int priority);
}
