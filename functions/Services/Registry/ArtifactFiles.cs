using System.Security.Cryptography;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>Artifacts on this machine's disk, so that a session loads from a file: fetched once, verified against their address at every fetch and every load.</summary>
/// <param name="fetch">Writes an artifact's bytes to a stream.</param>
/// <param name="folder">Where the files are kept.</param>
public sealed class ArtifactFiles(Func<Digest, Stream, CancellationToken, Task> fetch, string folder)
{
    /// <summary>The path of a file that holds exactly the bytes of <paramref name="digest"/>. Fetched again when the file on disk has changed.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/>: storage holds other bytes under this address.</exception>
    public async Task<string> GetAsync(Digest digest, CancellationToken cancel)
    {
        var path = Path.Combine(folder, digest.Hex);
        if (File.Exists(path) && await HashAsync(path, cancel) == digest) return path;
        Directory.CreateDirectory(folder);
        var part = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20, useAsync: true))
                await fetch(digest, file, cancel);
            if (await HashAsync(part, cancel) != digest)
                throw new ProblemException(ProblemKind.Unavailable, $"The stored artifact does not match its address {digest}.");
            File.Move(part, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<Digest> HashAsync(string path, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, useAsync: true);
        return Digest.Of(await SHA256.HashDataAsync(file, cancel));
    }
}
