using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Sessions;

namespace Serverless.Services.Rollout.Validation;

/// <summary>A version that is tried, in a session of its own.</summary>
/// <param name="Version">Which.</param>
/// <param name="Session">Its session, warm.</param>
/// <param name="Bytes">By how much the process grew when it was loaded, and at least its file: other work of the process is in it.</param>
internal sealed record Trial(ServableVersion Version, InferenceSession Session, long Bytes) : IDisposable
{
    /// <summary>Loads a version and runs it once.</summary>
    /// <exception cref="OnnxRuntimeException">It does not run.</exception>
    public static async Task<Trial> LoadAsync(ServableVersion version, RuntimePolicy runtime, string path) => await Task.Run(() =>
    {
        var before = Environment.WorkingSet;
        var session = SessionLoader.Load(path, runtime);
        try
        {
            WarmUp.Run(session, version.Signature);
            return new Trial(version, session, Math.Max(Environment.WorkingSet - before, version.Bytes));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    });

    public void Dispose() => Session.Dispose();
}
