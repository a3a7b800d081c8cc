using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference;

/// <summary>Hands requests to the prediction log, answered and refused ones. Everything is copied: the call is free when this returns.</summary>
internal sealed class PredictionRecorder(PredictionLog log, ShadowLog shadows, TimeProvider clock)
{
    /// <summary>The status of a request whose caller did not wait, as proxies write it.</summary>
    public const int CallerLeft = 499;

    private const int TraceParentLength = 55;
    private const int LongestCorrelationId = 128;

    /// <summary>Refuses a request whose rows would find no room, when the policy says so.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.Unavailable"/></exception>
    public void Admit(InferenceCall call) => log.Admit(call.Servable.Logging);

    /// <summary>Records an answered request; in acknowledged mode, until its rows are durable.</summary>
    public ValueTask AnsweredAsync(InferenceCall call, HttpRequest request, CancellationToken cancel) =>
        RecordAsync(call, request, StatusCodes.Status200OK, null, cancel);

    /// <summary>Records a refused request, with its inputs when these were right.</summary>
    public ValueTask RefusedAsync(InferenceCall call, HttpRequest request, ProblemException problem, CancellationToken cancel) =>
        FailedAsync(call, request, Answer.StatusOf(problem.Kind), Answer.TypeOf(problem.Kind), cancel);

    /// <summary>Records a failed request, with its inputs when these were right.</summary>
    public ValueTask FailedAsync(InferenceCall call, HttpRequest request, int status, string? problem, CancellationToken cancel)
    {
        call.Ids.Make(call.Rows, clock.GetUtcNow());
        return RecordAsync(call, request, status, problem, cancel);
    }

    /// <summary>Records what a version says in another's shadow: its outputs, under the ids of the request that was answered, in whose row the inputs stand.</summary>
    public void Shadowed(InferenceCall call, in PredictionHeader header)
    {
        try
        {
            if (shadows.Writer.Begin(call.Servable.Model, call.Servable.LogSchema, header) is not { } entry) return;
            if (header.Status != StatusCodes.Status200OK || TryAddOutputs(entry, call)) Forget(shadows.Writer.WriteAsync(entry, CancellationToken.None));
        }
        catch (ProblemException)
        {
            // In acknowledged mode the log refuses requests that it can't keep, and counts them: nobody waits for this one.
        }
    }

    /// <summary>
    /// Records what a version failed that the champion then answered. The row has an id of its own, which labels and outcomes of the answer do not reach, the answer's id as its
    /// correlation unless the caller gave one, and no inputs: these stand in the answer's row.
    /// </summary>
    public void Retreated(Servable version, in PredictionHeader header)
    {
        try
        {
            var row = header with { Id = PredictionId.Create(clock), CorrelationId = header.CorrelationId ?? header.Id.ToString() };
            if (log.Begin(version.Model, version.LogSchema, row) is { } entry) Forget(log.WriteAsync(entry, CancellationToken.None));
        }
        catch (ProblemException)
        {
            // In acknowledged mode the log refuses rows that it can't keep, and counts them: the caller waits for the answer's.
        }
    }

    // In acknowledged mode a row that does not become durable fails its request: here there is none, and the log counts it.
    private static void Forget(ValueTask durable)
    {
        if (!durable.IsCompletedSuccessfully) _ = durable.AsTask().ContinueWith(task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private bool TryAddOutputs(PredictionEntry entry, InferenceCall call)
    {
        try
        {
            foreach (var output in call.Outputs) AddOutput(entry, call, output);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            shadows.Writer.Discard(entry, failure);
            return false;
        }
    }

    private ValueTask RecordAsync(InferenceCall call, HttpRequest request, int status, string? problem, CancellationToken cancel)
    {
        if (log.Begin(call.Servable.Model, call.Servable.LogSchema, Describe(call, request, status, problem)) is not { } entry) return default;
        try
        {
            if (call.IsComplete) AddInputs(entry, call);
            // A run that was given up may still be writing its outputs.
            if (status == StatusCodes.Status200OK)
                foreach (var output in call.Outputs) AddOutput(entry, call, output);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            log.Discard(entry, failure);
            return default;
        }
        return log.WriteAsync(entry, cancel);
    }

    /// <summary>What the log says of a request beside its tensors.</summary>
    public PredictionHeader Describe(InferenceCall call, HttpRequest request, int status, string? problem)
    {
        var (headers, keys, now) = (request.Headers, call.Keys, clock.GetTimestamp());
        return new()
        {
            Id = call.Ids.Request,
            Rows = Math.Max(1, call.Rows),
            Version = call.Servable.Version.Number,
            Status = status,
            Variant = call.Route.Variant,
            Reason = call.Route.Reason,
            Problem = problem,
            CorrelationId = headers.TryGetValue("x-correlation-id", out var correlation) && correlation is [{ Length: > 0 and <= LongestCorrelationId }] ? correlation[0] : null,
            TraceParent = headers.TraceParent is [{ Length: TraceParentLength }] trace ? trace[0] : null,
            RoutingKey = keys.RoutingKey,
            Queue = call.ComputedFrom > 0 ? clock.GetElapsedTime(call.QueuedAt, call.ComputedFrom) : call.QueuedAt > 0 ? clock.GetElapsedTime(call.QueuedAt, now) : default,
            Compute = call.ComputedTo > call.ComputedFrom ? clock.GetElapsedTime(call.ComputedFrom, call.ComputedTo) : default,
            Total = clock.GetElapsedTime(call.ArrivedAt, now),
            Segments = keys.Segments,
            Entities = keys.Entities,
            RowSegments = keys.RowSegments,
            RowEntities = keys.RowEntities,
        };
    }

    private static void AddInputs(PredictionEntry entry, InferenceCall call)
    {
        for (var index = 0; index < call.Servable.Inputs.Length; index++)
        {
            var input = call.Input(index);
            if (!Fits(call, index, input.Type, input.Count)) continue;
            if (input.Type == ElementType.String) entry.Texts(index, new InputTexts(input));
            else entry.Tensor(index, input.Bytes);
        }
    }

    private static void AddOutput(PredictionEntry entry, InferenceCall call, OutputTensor output)
    {
        var tensor = call.Servable.LogSchema.Inputs + Array.IndexOf(call.Servable.Outputs, output.Slot);
        if (!Fits(call, tensor, output.Type, output.Count)) return;
        if (output.Type == ElementType.String) entry.Texts(tensor, new OutputTexts(output));
        else if (Order(call, tensor, output) is { } order) entry.Tensor(tensor, Reordered(output, order));
        else entry.Tensor(tensor, output.Bytes);
    }

    // A graph that does not keep to what it declares: the row is kept without the tensor.
    private static bool Fits(InferenceCall call, int tensor, ElementType type, int count)
    {
        var layout = call.Servable.LogSchema.Tensors[tensor];
        return layout.Type == type && (layout.List || count == Math.Max(1, call.Rows) * layout.Columns.Count);
    }

    // A map's keys come sorted; its columns are named by the registered labels, in their own order.
    private static int[]? Order(InferenceCall call, int tensor, OutputTensor output)
    {
        if (output.Labels is not { } keys || call.Servable.Version.ClassLabels is not { } labels || call.Servable.LogSchema.Tensors[tensor].List) return null;
        if (labels.SequenceEqual(keys)) return null;
        int[] order = [.. labels.Select(label => Array.IndexOf(keys, label))];
        return order.Contains(-1) ? null : order;
    }

    private static byte[] Reordered(OutputTensor output, int[] order)
    {
        var size = Datatype.SizeOf(output.Type);
        var bytes = new byte[output.Bytes.Length];
        for (var element = 0; element < output.Count; element++)
        {
            var from = (element / order.Length * order.Length) + order[element % order.Length];
            output.Bytes.Slice(from * size, size).CopyTo(bytes.AsSpan(element * size));
        }
        return bytes;
    }

    private readonly struct InputTexts(TensorBuffer tensor) : IUtf8Texts
    {
        public int Count => tensor.Count;

        public bool TryGet(int index, out ReadOnlySpan<byte> utf8)
        {
            utf8 = tensor.Text(index);
            return true;
        }
    }

    private readonly struct OutputTexts(OutputTensor tensor) : IUtf8Texts
    {
        public int Count => tensor.Count;

        public bool TryGet(int index, out ReadOnlySpan<byte> utf8)
        {
            utf8 = tensor.Text(index);
            return true;
        }
    }
}
