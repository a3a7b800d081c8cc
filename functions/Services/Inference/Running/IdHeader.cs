using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;

namespace Serverless.Services.Inference.Running;

/// <summary>
/// The <c>x-prediction-id</c> header. A hundred ids are 7 KiB of text, which header values hold as strings: the long ones are
/// written over again once their response is complete, when nobody can read its headers any more.
/// </summary>
internal static class IdHeader
{
    private const string Name = "x-prediction-id";
    private const int ReusedFrom = 8;
    private const int Kept = 64;

    private static readonly ConcurrentQueue<string>?[] Idle =
        [.. Enumerable.Range(0, PredictionIds.LargestList + 1).Select(listed => listed < ReusedFrom ? null : new ConcurrentQueue<string>())];

    private static readonly Func<object, Task> GiveBack = Return;

    /// <summary>Sets the header of a response that has not started.</summary>
    public static void Set(HttpResponse response, PredictionIds ids)
    {
        var idle = Idle[ids.Listed];
        if (idle is null || !idle.TryDequeue(out var text)) text = new('\0', PredictionIds.HeaderLength(ids.Listed));
        // Only this class has made the string, and only this response holds it.
        ids.WriteHeader(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(text.AsSpan()), text.Length));
        response.Headers[Name] = text;
        if (idle is not null) response.OnCompleted(GiveBack, text);
    }

    private static Task Return(object text)
    {
        var idle = Idle[(((string)text).Length + 1) / (PredictionIds.HeaderLength(1) + 1)]!;
        if (idle.Count < Kept) idle.Enqueue((string)text);
        return Task.CompletedTask;
    }
}
