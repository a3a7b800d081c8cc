using Azure;

namespace Serverless.Services.Predictions;

/// <summary>Reads of files that were listed before: an erasure replaces a compacted file, compaction ends a fresh one, and who was reading it lists again.</summary>
internal static class Overtaken
{
    private const int Attempts = 5;

    /// <summary>Is what storage answers for a file that is no longer the one that was listed.</summary>
    public static bool Is(RequestFailedException failure) => failure.Status is 404 or 412;

    /// <summary>The same of an hour's files, which may have been listed already.</summary>
    /// <param name="listed">What a listing saw; null to list first.</param>
    /// <param name="list">Lists.</param>
    /// <param name="read">Reads what was listed; keeps nothing of an attempt before.</param>
    public static Task<T> AgainAsync<T>(Partition? listed, Func<Task<Partition>> list, Func<Partition, Task<T>> read) => AgainAsync(async () =>
    {
        var files = listed ?? await list();
        listed = null;
        return await read(files);
    });

    /// <summary>A read's result, the read begun anew while it was overtaken.</summary>
    /// <param name="read">Lists, then reads; keeps nothing of an attempt before.</param>
    /// <exception cref="RequestFailedException">What storage answered the fifth time.</exception>
    public static async Task<T> AgainAsync<T>(Func<Task<T>> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await read();
            }
            catch (RequestFailedException failure) when (Is(failure) && attempt < Attempts)
            {
            }
        }
    }
}
