using System.Buffers;
using System.Security.Cryptography;
using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>A file of this machine that holds exactly the bytes of its address.</summary>
/// <param name="Digest">The address.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Path">Where it is.</param>
public sealed record LocalArtifact(Digest Digest, long Bytes, string Path);

/// <summary>Artifacts on this machine's disk, so that a session loads from a file: fetched once, verified against their address at every fetch and every load.</summary>
/// <param name="fetch">Writes an artifact's bytes to a stream.</param>
/// <param name="folder">Where the files are kept.</param>
public sealed class ArtifactFiles(Func<Digest, Stream, CancellationToken, Task> fetch, string folder)
{
    private const long MaximumBytes = 8L << 30;
    private const int ChunkBytes = 128 << 10;

    /// <summary>Bytes that the disk of these files has left for this process.</summary>
    public long FreeBytes
    {
        get
        {
            // The folder is made with its first file; until then it will be on its parent's disk.
            var there = new DirectoryInfo(folder);
            while (!there.Exists && there.Parent is { } parent) there = parent;
            return new DriveInfo(there.FullName).AvailableFreeSpace;
        }
    }

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
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
                await fetch(digest, file, cancel);
            if (await HashAsync(part, cancel) != digest)
                throw new ProblemException(ProblemKind.Unavailable, $"The stored artifact does not match its address {digest}.");
            File.Move(part, path, overwrite: true);
            Trim(keep: path);
            return path;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes a stream to disk while hashing it, and keeps it under its address. Memory stays flat.</summary>
    /// <param name="content">Read once, to its end.</param>
    /// <param name="largest">The most bytes taken.</param>
    /// <param name="cancel">Ends it; nothing is kept.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.BodyTooLarge"/></exception>
    public async Task<LocalArtifact> AddAsync(Stream content, long largest, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var part = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            var (digest, bytes) = await WriteAsync(content, part, largest, cancel);
            var path = Path.Combine(folder, digest.Hex);
            File.Move(part, path, overwrite: true);
            Trim(keep: path);
            return new(digest, bytes, path);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<(Digest Digest, long Bytes)> WriteAsync(Stream content, string path, long largest, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        return await CopyAsync(content, file, largest, cancel);
    }

    // By way of one pooled buffer: files' own ones would be garbage of their size with every model that is loaded.
    private static async Task<(Digest Digest, long Bytes)> CopyAsync(Stream content, Stream target, long largest, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var total = 0L;
            int count;
            while ((count = await content.ReadAsync(buffer, cancel)) > 0)
            {
                total += count;
                if (total > largest) throw new ProblemException(ProblemKind.BodyTooLarge, $"The file is larger than {largest} bytes.");
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancel);
            }

            return (Digest.Of(hash.GetHashAndReset()), total);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The folder is a cache that several processes may share: when it is full the oldest files go, but none that somebody
    // may be about to load, and what a crash left half-written goes after a day. A loaded session needs its file no more.
    private void Trim(string keep)
    {
        var now = File.GetLastWriteTimeUtc(keep);
        var total = 0L;
        foreach (var file in new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
        {
            var isPart = file.Name.Length != 64;
            total += file.Exists && !isPart ? file.Length : 0;
            var age = now - file.LastWriteTimeUtc;
            if (isPart ? age > TimeSpan.FromDays(1) : total > MaximumBytes && age > TimeSpan.FromMinutes(10)) file.Delete();
        }
    }

    private static async Task<Digest> HashAsync(string path, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        return (await CopyAsync(file, Stream.Null, long.MaxValue, cancel)).Digest;
    }
}
