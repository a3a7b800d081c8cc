using System.Text;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Sessions;
using Serverless.Services.Predictions;

namespace Serverless.Services.Inference;

/// <summary>One version of one model under one policy, prepared for answering.</summary>
internal sealed class Servable
{
    private Rows.RowPlan? rowPlan;
    private Rows.AnswerPlan? answerPlan;
    private PredictionSchema? logSchema;
    private Batcher? batcher;

    public Servable(ModelSnapshot snapshot, ServableVersion version, ModelGate gate)
    {
        (Model, Version, Policy, Logging, Task, Gate) = (snapshot.Name, version, snapshot.Policy.Serving, snapshot.Policy.Logging, snapshot.Task, gate);
        Key = new(version.Artifact, Policy.Runtime);
        Inputs = [.. version.Signature.Inputs.Select(input => new ValueSlot(input))];
        Outputs = [.. version.Signature.Outputs.Select(output => new ValueSlot(output))];
        InputNames = [.. Inputs.Select(input => input.Name)];
        OutputNames = [.. Outputs.Select(output => output.Name)];
        Batched = version.Signature.CountsRows;
        RowShapes = Batched && Outputs.All(output => output.RowShape is not null);
        NumberText = version.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The model.</summary>
    public ModelName Model { get; }

    /// <summary>The version.</summary>
    public ServableVersion Version { get; }

    /// <summary>The version's number as protocols write it.</summary>
    public string NumberText { get; }

    /// <summary>How requests are answered.</summary>
    public ServingPolicy Policy { get; }

    /// <summary>What is kept of its predictions.</summary>
    public LoggingPolicy Logging { get; }

    /// <summary>How they are kept.</summary>
    public PredictionSchema LogSchema => logSchema ??= PredictionSchema.Of(Version, Logging);

    /// <summary>What the model is for.</summary>
    public TaskKind Task { get; }

    /// <summary>As <see cref="ServableModel.LatencyBounds"/>.</summary>
    public long[]? LatencyBounds { get; init; }

    /// <summary>Counts the model's requests.</summary>
    public ModelGate Gate { get; }

    /// <summary>Its session.</summary>
    public SessionKey Key { get; }

    /// <summary>Inputs, in the graph's order.</summary>
    public ValueSlot[] Inputs { get; }

    /// <summary>Outputs, in the graph's order.</summary>
    public ValueSlot[] Outputs { get; }

    /// <summary>The inputs' names.</summary>
    public string[] InputNames { get; }

    /// <summary>The outputs' names.</summary>
    public string[] OutputNames { get; }

    /// <summary>Whether every input's first dimension varies: then it counts rows.</summary>
    public bool Batched { get; }

    /// <summary>Whether every output should be a tensor with one row of a fixed shape for each row that goes in.</summary>
    public bool RowShapes { get; }

    /// <summary>What counts its requests, by variant; filled as they come.</summary>
    public (string Variant, Meters.VariantTally Tally)[] Tallies { get; set; } = [];

    /// <summary>Requests that wait for a batch, or in one for its turn.</summary>
    public int WaitingForBatch => batcher?.Waiting ?? 0;

    /// <summary>Whether what was read for the other version is what would be read for this one.</summary>
    public bool ReadsAs(Servable other) =>
        Inputs.Length == other.Inputs.Length && Batched == other.Batched
        && (Version.FeatureNames ?? []).SequenceEqual(other.Version.FeatureNames ?? []) && Inputs.Zip(other.Inputs).All(pair => pair.First.Equals(pair.Second));

    /// <summary>What gathers its requests, made at the first one.</summary>
    public Batcher Batcher(Func<Batcher> make) => LazyInitializer.EnsureInitialized(ref batcher, make);

    /// <summary>How rows of named features become tensors.</summary>
    public Rows.RowPlan RowPlan => rowPlan ??= new(this);

    /// <summary>How outputs become labels, probabilities and values.</summary>
    public Rows.AnswerPlan AnswerPlan => answerPlan ??= new(Outputs, Task, Version.ClassLabels);
}

/// <summary>One input or output, prepared for comparing with requests.</summary>
internal sealed class ValueSlot(ValueSignature signature)
{
    /// <summary>The graph's name.</summary>
    public string Name { get; } = signature.Name;

    /// <summary>The graph's name as a request spells it.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(signature.Name);

    /// <summary>Tensor, map, sequence.</summary>
    public ValueKind Kind { get; } = signature.Kind;

    /// <summary>The elements' type.</summary>
    public ElementType Type { get; } = signature.ElementType;

    /// <summary>The protocol's name of the type, or null.</summary>
    public string? Datatype { get; } = Tensors.Datatype.NameOf(signature.ElementType);

    /// <summary>The dimensions, -1 where they vary; null when the graph leaves the rank open.</summary>
    public long[]? Dimensions { get; } = signature.Shape?.Select(dimension => dimension.Size ?? -1).ToArray();

    /// <summary>A row's dimensions where only the first one varies and the elements have a fixed size; else null.</summary>
    public long[]? RowShape { get; } =
        signature is { Kind: ValueKind.Tensor, Shape: [{ Size: null }, ..] } && Tensors.Datatype.SizeOf(signature.ElementType) > 0
            && signature.Shape.Skip(1).All(dimension => dimension.Size is >= 0)
            ? [.. signature.Shape.Skip(1).Select(dimension => dimension.Size!.Value)]
            : null;

    /// <summary>Whether the other one has this name, type and shape.</summary>
    public bool Equals(ValueSlot other) => Name == other.Name && Kind == other.Kind && Type == other.Type
        && (Dimensions is null ? other.Dimensions is null : other.Dimensions is not null && Dimensions.AsSpan().SequenceEqual(other.Dimensions));
}
