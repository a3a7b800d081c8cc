using System.Runtime.InteropServices;
using ParquetSharp;

namespace Serverless.Services.Predictions;

/// <summary>
/// Where Parquet's reader takes its memory. It decodes on whatever threads the pool gives it, and both its own allocator and glibc's keep what each thread gave
/// back: 200 MiB where 26 are in use. So blocks of a column's size are asked of the system and given back to it, and few arenas hold the rest.
/// </summary>
public static partial class NativeMemory
{
    private const int MappedFrom = -3; // M_MMAP_THRESHOLD
    private const int Arenas = -8; // M_ARENA_MAX
    private const int ColumnBytes = 128 << 10;

    /// <summary>Of the system.</summary>
    internal static MemoryPool Pool { get; } = MemoryPool.SystemMemoryPool();

    /// <summary>Sets glibc's allocator for the whole process; to be called first, since a thread keeps the arena that it has.</summary>
    public static void Settle()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // Arrow reads it when first used; what an operator has set stays.
            _ = SetVariable("ARROW_DEFAULT_MEMORY_POOL", "system", overwrite: 0);
            _ = SetOption(MappedFrom, ColumnBytes);
            _ = SetOption(Arenas, Environment.ProcessorCount);
            _ = SetOption(Arenas, Environment.ProcessorCount);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library than glibc has allocators of its own: more memory, the same answers.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
