using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Serverless.Benchmarks.Serving;

/// <summary>(a): ONNX Runtime in a loop, one thread, nothing around it: the ceiling.</summary>
internal static class RawRun
{
    public static double RunsPerSecond(string model, int rows, TimeSpan duration)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        using var input = OrtValue.CreateTensorValueFromMemory(new float[rows * 4], [rows, 4]);
        using var run = new RunOptions();
        var clock = Stopwatch.StartNew();
        var runs = 0L;
        while (clock.Elapsed < duration)
        {
            using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
            runs++;
        }

        return runs / clock.Elapsed.TotalSeconds;
    }
}
