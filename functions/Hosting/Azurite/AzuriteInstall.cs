using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using Serverless.Hosting.Settings;

namespace Serverless.Hosting.Azurite;

/// <summary>Azurite from npm, exactly as the lock file says, installed once per repository into <c>.azurite/</c>.</summary>
internal static class AzuriteInstall
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "azurite");
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    public const string NodeMissing = "The storage emulator needs Node.js. Install Node.js 20 or later, or set AzureWebJobsStorage.";

    public static string Script { get; } = Path.Combine(Source, "azurite.mjs");

    /// <summary>The ignored folder with everything of Azurite: beside the solution, or where the application was started.</summary>
    public static string Home { get; } = Path.Combine(ApplicationRoot.Path, ".azurite");

    public static async Task<string> EnsureAsync(TimeProvider clock, CancellationToken cancel)
    {
        var lockFile = Path.Combine(Source, "package-lock.json");
        var target = Path.Combine(Home, "npm-" + Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(lockFile, cancel)))[..12]);
        if (Directory.Exists(target)) return target;
        Directory.CreateDirectory(Home);
        await using (await LockAsync(clock, cancel))
        {
            if (!Directory.Exists(target)) await InstallAsync(target, cancel);
        }
        return target;
    }

    // Into a folder of its own first: one that was cut off half-way is never taken for whole.
    private static async Task InstallAsync(string target, CancellationToken cancel)
    {
        var work = target + ".partial";
        if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        Directory.CreateDirectory(work);
        foreach (var file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(Source, file), Path.Combine(work, file));
        Console.WriteLine("Installing Azurite (npm ci, once) ...");
        await NpmAsync(work, cancel);
        Directory.Move(work, target);
    }

    private static async Task NpmAsync(string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Start(start);
        var output = npm.StandardOutput.ReadToEndAsync(cancel);
        var errors = npm.StandardError.ReadToEndAsync(cancel);
        await npm.WaitForExitAsync(cancel);
        if (npm.ExitCode != 0) throw new InvalidOperationException($"Azurite could not be installed (npm ci ended with {npm.ExitCode}):\n{await output}{await errors}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new InvalidOperationException(NodeMissing, problem);
        }
    }

    // The operating system frees the lock of a process that died.
    private static async Task<FileStream> LockAsync(TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Home, "install.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(LockPoll, clock, cancel);
            }
        }
    }
}
