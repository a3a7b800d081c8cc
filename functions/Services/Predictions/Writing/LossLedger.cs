using System.IO.MemoryMappedFiles;

namespace Serverless.Services.Predictions;

/// <summary>
/// Two counts in a memory-mapped file: rows accepted, and rows settled (durable, or dropped and counted). They survive a killed process,
/// so the next one on the same machine can tell exactly how many rows were lost. Counting costs one interlocked addition.
/// </summary>
internal sealed unsafe class LossLedger : IDisposable
{
    private const int Size = 64;
    private const string Extension = ".ledger";

    private readonly FileStream file;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly long* counts;

    private LossLedger(string path, FileMode mode)
    {
        file = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None);
        map = MemoryMappedFile.CreateFromFile(file, null, Size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, Size);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        counts = (long*)start;
    }

    public long Accepted => Volatile.Read(ref counts[0]);

    public long Settled => Volatile.Read(ref counts[1]);

    public static LossLedger Open(string folder, string writer)
    {
        Directory.CreateDirectory(folder);
        return new(Path.Combine(folder, writer + Extension), FileMode.CreateNew);
    }

    /// <summary>What writers that are gone have lost; each is told once.</summary>
    public static IReadOnlyList<(string Writer, long Accepted, long Lost)> Reconcile(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var found = new List<(string, long, long)>();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            try
            {
                using var ledger = new LossLedger(path, FileMode.Open);
                if (ledger.Accepted > ledger.Settled) found.Add((Path.GetFileNameWithoutExtension(path), ledger.Accepted, ledger.Accepted - ledger.Settled));
                File.Delete(path);
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                // Its writer lives.
            }
        }
        return found;
    }

    public void Accept(long rows) => Interlocked.Add(ref counts[0], rows);

    public void Settle(long rows) => Interlocked.Add(ref counts[1], rows);

    public void Dispose()
    {
        var clean = Accepted == Settled;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
        file.Dispose();
        if (clean) File.Delete(file.Name);
    }
}
