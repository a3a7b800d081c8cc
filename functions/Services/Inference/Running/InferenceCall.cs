using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Running;

/// <summary>One request on its way from bytes to bytes. Pooled: its buffers are the next request's buffers.</summary>
internal sealed class InferenceCall : IDisposable
{
    private readonly List<TensorBuffer> buffers = [];
    private readonly List<OutputTensor> tensors = [];
    private bool[] given = [];
    private OrtValue[] values = [];
    private OrtValue[] targets = [];
    private RunOptions options = new();
    private IDisposable? results;
    private string[] someNames = [];
    private int outputCount;
    private int holders;
    private TensorBuffer[]? lent;

    /// <summary>What answers.</summary>
    public Servable Servable { get; private set; } = null!;

    /// <summary>Its session, entered.</summary>
    public LoadedSession Session { get; private set; } = null!;

    /// <summary>When the request came, by the clock's timestamp.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>When its answer was ready, by the clock's timestamp; 0 before that.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>When the request had found its model, by the clock's timestamp.</summary>
    public long StartedAt { get; private set; }

    /// <summary>How many rows the request holds; 1 where the model's first dimension is fixed.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether every input was read and found right.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Which variant answers and why.</summary>
    public Route Route { get; set; } = null!;

    /// <summary>The split that decides who answers, where the request names no version and there is one.</summary>
    public TrafficPlan? Traffic { get; private set; }

    /// <summary>What the split decides by; null where there is none.</summary>
    public string? TrafficKey { get; set; }

    /// <summary>When the call went to its model's queue, by the clock's timestamp; 0 before that.</summary>
    public long QueuedAt { get; set; }

    /// <summary>When its computation began; 0 before that.</summary>
    public long ComputedFrom { get; set; }

    /// <summary>When its computation ended; 0 before that.</summary>
    public long ComputedTo { get; set; }

    /// <summary>What counts it as under way; null where nothing is counted.</summary>
    public Meters.ModelTally? Counted { get; set; }

    /// <summary>The request's or the rows' ids.</summary>
    public PredictionIds Ids { get; } = new();

    /// <summary>What the caller sends beside the features.</summary>
    public CallerKeys Keys { get; } = new();

    /// <summary>The request's own id, unescaped; echoed by the Open Inference Protocol.</summary>
    public ByteText Id { get; } = new();

    /// <summary>The outputs asked for; all of them when there are none.</summary>
    public List<RequestedOutput> Requested { get; } = [];

    /// <summary>The shape of the JSON array being read.</summary>
    public NestedShape Nested { get; } = new();

    /// <summary>The response's bytes.</summary>
    public ResponseBuffer Response { get; } = new();

    /// <summary>The outputs of the run, in the order asked for.</summary>
    public ReadOnlySpan<OutputTensor> Outputs => CollectionsMarshal.AsSpan(tensors)[..outputCount];

    /// <summary>Whether the request was a table of rows, for protocols that answer these in their own way.</summary>
    public bool Tabular { get; set; }

    /// <summary>Takes the call into use.</summary>
    public void Start(Routed routed, long startedAt)
    {
        (Servable, Session, Route, StartedAt, Rows, holders) = (routed.Servable, routed.Session, routed.Route, startedAt, 1, 1);
        (IsComplete, AnsweredAt, QueuedAt, ComputedFrom, ComputedTo, Counted) = (false, 0, 0, 0, 0, null);
        Traffic = routed.Traffic;
        MakeRoom();
    }

    /// <summary>Has another version answer, when it would have read the same.</summary>
    public bool TrySwitch(Routed routed)
    {
        if (Requested.Count > 0 || !routed.Servable.ReadsAs(Servable)) return false;
        Session.Leave();
        (Servable, Session, Route) = (routed.Servable, routed.Session, routed.Route);
        return true;
    }

    /// <summary>Forgets what was read and has another version answer, which reads the request anew.</summary>
    public void Restart(Routed routed)
    {
        Session.Leave();
        (Servable, Session, Route, Tabular) = (routed.Servable, routed.Session, routed.Route, false);
        given.AsSpan().Clear();
        Requested.Clear();
        Id.Clear();
        Keys.Clear();
        MakeRoom();
    }

    /// <summary>Takes another call's inputs as its own; that call is held as long.</summary>
    /// <exception cref="Core.Problems.ProblemException">This version takes others.</exception>
    public void Follow(InferenceCall answered)
    {
        if (Servable.Version.FeatureNames is { } own && answered.Servable.Version.FeatureNames is { } theirs && !own.SequenceEqual(theirs))
            throw new Core.Problems.ProblemException(Core.Problems.ProblemKind.InvalidTensor, "The version takes other features, or in another order.");
        lent = [.. Servable.Inputs.Select(slot => answered.Lend(slot))];
        (Rows, IsComplete) = (answered.Rows, true);
    }

    /// <summary>Gives back all but the inputs, once the caller has been answered; tells the memory that these keep.</summary>
    public long KeepInputs()
    {
        ForgetOutputs();
        Response.Clear();
        var bytes = 0L;
        for (var index = 0; index < Servable.Inputs.Length; index++) bytes += buffers[index].Capacity;
        return bytes;
    }

    private TensorBuffer Lend(ValueSlot slot)
    {
        var index = Array.FindIndex(Servable.Inputs, input => input.Name == slot.Name && input.Type == slot.Type);
        return index >= 0 ? buffers[index] : throw Refuse.Tensor(slot.Name, "is not what the version takes that answered.");
    }

    private void MakeRoom()
    {
        while (buffers.Count < Servable.Inputs.Length) buffers.Add(new());
        if (given.Length < Servable.Inputs.Length) given = new bool[Servable.Inputs.Length];
        if (values.Length != Servable.Inputs.Length) values = new OrtValue[Servable.Inputs.Length];
    }

    /// <summary>An input's tensor.</summary>
    public TensorBuffer Input(int index) => lent is null ? buffers[index] : lent[index];

    /// <summary>Starts an input's tensor.</summary>
    public TensorBuffer Give(int index)
    {
        var slot = Servable.Inputs[index];
        if (given[index]) throw Refuse.Tensor(slot.Name, "is given twice.");
        if (slot.Kind != Core.Registry.ValueKind.Tensor || slot.Datatype is null) throw Refuse.Carrying(slot.Name, slot.Type);
        given[index] = true;
        var buffer = buffers[index];
        buffer.Reset(slot.Type);
        return buffer;
    }

    /// <summary>Checks that every input is there and counts the rows.</summary>
    public void Complete(int maximumRows)
    {
        CheckInputs();
        Rows = Servable.Batched ? TensorShape.CountRows(this, maximumRows) : 1;
        Keys.Check(Rows);
        IsComplete = true;
    }

    /// <summary>Checks that every input is there.</summary>
    public void CheckInputs()
    {
        for (var index = 0; index < Servable.Inputs.Length; index++)
            if (!given[index]) throw Refuse.Tensor(Servable.Inputs[index].Name, "is missing.");
    }

    /// <summary>Runs the session on this thread.</summary>
    public void Compute()
    {
        for (var index = 0; index < values.Length; index++) values[index] = Input(index).ToValue();
        var prepared = Servable.RowShapes && !Session.ShapesDiffer;
        if (prepared && TryComputeInPlace()) return;
        var run = Session.Session.Run(options, Servable.InputNames, values, OutputNames());
        results = run;
        for (var index = 0; index < run.Count; index++) NextOutput().Read(run[index], Servable.Outputs[OutputIndex(index)]);
        // What failed on prepared memory and not without: a graph that does not keep to the shapes it declares.
        if (prepared) Session.ShapesDiffer = true;
    }

    /// <summary>Takes its rows of another call's outputs, which has computed all of them; <paramref name="owner"/> is told when they are no longer needed.</summary>
    public void Share(InferenceCall whole, int firstRow, IDisposable owner)
    {
        results = owner;
        (ComputedFrom, ComputedTo) = (whole.ComputedFrom, whole.ComputedTo);
        var count = Requested.Count == 0 ? Servable.Outputs.Length : Requested.Count;
        for (var index = 0; index < count; index++) NextOutput().Slice(whole.tensors[OutputIndex(index)], firstRow, Rows);
    }

    /// <summary>Forgets what a run has yielded, before another one.</summary>
    public void ForgetOutputs()
    {
        results?.Dispose();
        results = null;
        foreach (var tensor in Outputs) tensor.Forget();
        outputCount = 0;
    }

    /// <summary>Forgets a run that failed and what was written of it, before another version's.</summary>
    public void ForgetRun()
    {
        ForgetOutputs();
        Response.Clear();
        (QueuedAt, ComputedFrom, ComputedTo) = (0, 0, 0);
    }

    /// <summary>One more holder: a run that goes on although its request has been answered.</summary>
    public void Hold() => Interlocked.Increment(ref holders);

    /// <summary>One holder less; true for the last one.</summary>
    public bool LetGo() => Interlocked.Decrement(ref holders) == 0;

    /// <summary>Whether ONNX Runtime was asked to stop.</summary>
    public bool IsTerminated => options.Terminate;

    /// <summary>Asks ONNX Runtime to stop at the next node.</summary>
    public void Terminate() => options.Terminate = true;

    /// <summary>Makes the call ready for the next request.</summary>
    public void Release()
    {
        ForgetOutputs();
        Session?.Leave();
        (Session, Servable, Tabular, Traffic, TrafficKey, lent) = (null!, null!, false, null, null, null);
        foreach (var buffer in buffers) buffer.Trim();
        given.AsSpan().Clear();
        values.AsSpan().Clear();
        Requested.Clear();
        Id.Clear();
        Keys.Clear();
        Ids.Forget();
        Response.Clear();
        if (!options.Terminate) return;
        options.Dispose();
        options = new();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        options.Dispose();
        Response.Dispose();
        foreach (var buffer in buffers) buffer.Dispose();
        foreach (var tensor in tensors) tensor.Dispose();
    }

    // Into memory that is reused, without asking the runtime for what it has made.
    private bool TryComputeInPlace()
    {
        var names = OutputNames();
        if (targets.Length != names.Length) targets = new OrtValue[names.Length];
        for (var index = 0; index < names.Length; index++) targets[index] = NextOutput().Prepare(Servable.Outputs[OutputIndex(index)], Rows);
        try
        {
            Session.Session.Run(options, Servable.InputNames, values, names, targets);
            return true;
        }
        catch (OnnxRuntimeException) when (!options.Terminate)
        {
            ForgetOutputs();
            return false;
        }
        finally
        {
            targets.AsSpan().Clear();
        }
    }

    private int OutputIndex(int index) => Requested.Count == 0 ? index : Requested[index].Index;

    private OutputTensor NextOutput()
    {
        if (outputCount == tensors.Count) tensors.Add(new());
        return tensors[outputCount++];
    }

    private string[] OutputNames()
    {
        if (Requested.Count == 0) return Servable.OutputNames;
        if (someNames.Length != Requested.Count) someNames = new string[Requested.Count];
        for (var index = 0; index < someNames.Length; index++) someNames[index] = Servable.OutputNames[Requested[index].Index];
        return someNames;
    }
}

/// <summary>One output that a request asks for.</summary>
/// <param name="Index">In the graph's order.</param>
/// <param name="Binary">Whether its data follows the JSON as bytes; null where the output does not say.</param>
/// <param name="Classes">How many classes of the classification extension; 0 for the tensor itself.</param>
internal readonly record struct RequestedOutput(int Index, bool? Binary, int Classes);
