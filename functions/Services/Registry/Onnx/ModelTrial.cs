using Microsoft.ML.OnnxRuntime;

namespace Serverless.Services.Registry.Onnx;

/// <summary>Loads a file with ONNX Runtime and says how that went: in a child process (<see cref="TrialProcess"/>), which a crash of native code ends alone.</summary>
public static class ModelTrial
{
    /// <summary>The argument that makes the application a trial.</summary>
    internal const string Verb = "trial-load";

    /// <summary>The exit code of a file that does not load.</summary>
    internal const int Failed = 3;

    /// <summary>Whether this process is a trial.</summary>
    public static bool IsRequested(string[] args) => args is [Verb, _];

    /// <summary>Runs the trial: exit code 0, or 3 with the reason on the error stream.</summary>
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
            return failure.Message.Replace(path, "the file", StringComparison.Ordinal);
        }
    }
}
