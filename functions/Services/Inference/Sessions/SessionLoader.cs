using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Inference.Sessions;

/// <summary>Makes ONNX Runtime sessions from files, with the options of a model's policy.</summary>
internal static class SessionLoader
{
    /// <summary>Loads a file.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotServable"/>: ONNX Runtime refuses the file.</exception>
    public static InferenceSession Load(string path, RuntimePolicy policy)
    {
        using var options = Options(policy);
        try
        {
            return new(path, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ProblemException(ProblemKind.NotServable, $"ONNX Runtime does not load this version: {error.Message}");
        }
    }

    private static SessionOptions Options(RuntimePolicy policy)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = policy.IntraOpThreads,
            InterOpNumThreads = policy.InterOpThreads,
            ExecutionMode = policy.InterOpThreads == 1 ? ExecutionMode.ORT_SEQUENTIAL : ExecutionMode.ORT_PARALLEL,
            EnableCpuMemArena = policy.Arena,
            GraphOptimizationLevel = Level(policy.GraphOptimization),
            // A run that fails throws, and is logged or answered then: ONNX Runtime need not print it too.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Several sessions share few cores: threads that spin while they wait would take them from the others.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return options;
    }

    private static GraphOptimizationLevel Level(GraphOptimization optimization) => optimization switch
    {
        GraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
        GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
        GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
        GraphOptimization.All => GraphOptimizationLevel.ORT_ENABLE_ALL,
    };
}
