using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Loads a file with ONNX Runtime and says how that went: in a child process (<see cref="TrialProcess"/>), which a crash of native code ends alone.</summary>
public static partial class ModelTrial
{
    /// <summary>The argument that makes the application a trial.</summary>
    internal const string Verb = "trial-load";

    /// <summary>The exit code of a file that does not load; none that a crash has.</summary>
    internal const int Failed = 93;

    /// <summary>Whether this process is a trial.</summary>
    public static bool IsRequested(string[] args) => args is [Verb, _];

    /// <summary>Runs the trial: exit code 0, or 93 with the reason on the error stream.</summary>
    public static int Run(string[] args)
    {
        if (Load(args[1]) is not { } failure) return 0;
        Console.Error.Write(failure);
        return Failed;
    }

    /// <summary>Loads a file in this process. Null when it loads, ONNX Runtime's reason otherwise.</summary>
    public static string? Load(string path)
    {
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var session = new InferenceSession(path, options);
            return null;
        }
        catch (OnnxRuntimeException failure)
        {
            return WithoutPaths(failure.Message.Replace(path, "the file", StringComparison.Ordinal));
        }
    }

    private static string WithoutPaths(string text) => Blanks().Replace(SourceLine().Replace(text, ""), " ").Trim();

    // ONNX Runtime names a line of its own source, often with the whole C++ signature: nothing that the caller could use.
    [GeneratedRegex(@"/\S+\.(?:cc|cpp|h):\d+(?: \S[^\n]*?::\w+\([^\n]*?\)(?: const)?(?= [A-Z!\[]))?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SourceLine();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
