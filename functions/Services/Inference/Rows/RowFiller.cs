using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Inference.Running;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Inference.Rows;

/// <summary>Fills a call's tensors row by row, from objects or from positions, and says which feature of which row is wrong.</summary>
internal sealed class RowFiller
{
    private readonly InferenceCall call;
    private readonly int maximumRows;
    private readonly bool ignoreUnknown;
    private readonly int[] lengths;
    private RowPlan plan;
    private int[] seen = [];
    private int filled;
    private int row = -1;

    /// <param name="call">Whose inputs are filled.</param>
    /// <param name="maximumRows">Rows that one request may hold.</param>
    /// <param name="ignoreUnknown">Whether values that the model does not know are left out rather than refused.</param>
    public RowFiller(InferenceCall call, int maximumRows, bool ignoreUnknown)
    {
        (this.call, this.maximumRows, this.ignoreUnknown, plan) = (call, maximumRows, ignoreUnknown, call.Servable.RowPlan);
        lengths = (int[])plan.Strides.Clone();
        for (var index = 0; index < lengths.Length; index++) call.Give(index);
    }

    /// <summary>The features in the order of positional rows.</summary>
    public Feature[] Features => plan.Features;

    /// <summary>Reads the object that the reader stands on as the next row.</summary>
    public void ReadObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("is not an object.");
        Begin();
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = Find(ref reader, expected);
            if (index < 0)
            {
                JsonRequest.Skip(ref reader);
                continue;
            }
            reader.Read();
            ReadFeature(ref reader, index);
            expected = index + 1;
        }
        End();
    }

    /// <summary>Reads the array that the reader stands on as the next row.</summary>
    /// <param name="reader">Stands on the array.</param>
    /// <param name="positions">The feature of each position, -1 for one that is left out.</param>
    public void ReadArray(ref Utf8JsonReader reader, int[] positions)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong("is not an array.");
        Begin();
        var position = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (position == positions.Length) throw Wrong($"has more than {positions.Length} values.");
            var index = positions[position++];
            if (index < 0) reader.Skip();
            else ReadFeature(ref reader, index);
        }
        if (position < positions.Length) throw Wrong($"has {position} values; {positions.Length} are expected.");
        End();
    }

    /// <summary>Starts the next row; its features follow, in any order.</summary>
    public void Begin()
    {
        if (++row >= maximumRows) throw new ProblemException(ProblemKind.BodyTooLarge, $"A request may hold {maximumRows} rows.");
        if (seen.Length == 0) seen = new int[plan.Features.Length];
        filled = 0;
        for (var index = 0; index < lengths.Length; index++)
            if (lengths[index] >= 0) call.Input(index).SetCount(checked((row + 1) * lengths[index]));
    }

    /// <summary>Where a feature of the row goes; it is noted as filled.</summary>
    public (TensorBuffer Target, int Index) Place(int index)
    {
        if (seen[index] == row + 1) throw Wrong("stands twice.", plan.Features[index]);
        seen[index] = row + 1;
        filled++;
        var feature = plan.Features[index];
        return (call.Input(feature.Input), lengths[feature.Input] * row + feature.Offset);
    }

    /// <summary>A feature of the row that has no value: refused or imputed, as the policy says.</summary>
    public void FillMissing(int index, string what)
    {
        var (target, at) = Place(index);
        var feature = plan.Features[index];
        if (call.Servable.Policy.Missing == MissingFeature.Reject) throw Wrong($"{what}.", feature);
        if (feature.Length != 1 || !JsonScalar.TrySetMissing(target, at))
            throw Wrong($"{what}, and {Datatype.NameOf(target.Type)} has no value that stands for missing.", feature);
    }

    /// <summary>Ends the row: what it lacks is refused or imputed.</summary>
    public void End()
    {
        for (var index = 0; filled < plan.Features.Length && index < plan.Features.Length; index++)
            if (seen[index] != row + 1) FillMissing(index, "is missing");
    }

    /// <summary>States the tensors' shapes after the last row.</summary>
    public void Complete()
    {
        if (row < 0) throw new ProblemException(ProblemKind.InvalidRow, "There are no rows.");
        for (var index = 0; index < lengths.Length; index++)
        {
            var slot = call.Servable.Inputs[index];
            TensorShape.Set(call.Input(index), ShapeOf(slot, index), slot);
        }
    }

    /// <summary>A refusal that names the row, and the feature.</summary>
    public ProblemException Wrong(string what, Feature? feature = null)
    {
        var at = Math.Max(0, row);
        return feature is null
            ? new(ProblemKind.InvalidRow, $"Row {at} {what}") { Where = $"rows[{at}]" }
            : new(ProblemKind.InvalidRow, $"Row {at}: feature \"{feature.Name}\" {what}") { Where = $"rows[{at}].{feature.Name}" };
    }

    private void ReadFeature(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            FillMissing(index, "is null");
            return;
        }
        var feature = plan.Features[index];
        var (target, at) = Place(index);
        if (feature.Length != 1 || reader.TokenType == JsonTokenType.StartArray) ReadWhole(ref reader, feature, target);
        else if (!JsonScalar.TrySet(ref reader, target, at)) throw Wrong($"is {Refuse.Describe(ref reader)}; the model takes {Refuse.Wanted(target.Type)}.", feature);
    }

    // A row's whole part of an input: its elements are appended, so what was reserved for the row is taken back first.
    private void ReadWhole(ref Utf8JsonReader reader, Feature feature, TensorBuffer target)
    {
        if (plan.Strides[feature.Input] != feature.Length) throw Wrong("is an array; the model takes one value.", feature);
        var start = lengths[feature.Input] < 0 ? 0 : row * lengths[feature.Input];
        target.SetCount(start);
        JsonTensor.Read(ref reader, target, call.Nested, feature.Name);
        if (lengths[feature.Input] < 0) lengths[feature.Input] = target.Count;
        if (target.Count - start != lengths[feature.Input])
            throw Wrong($"has {target.Count - start} values; the model takes {lengths[feature.Input]}.", feature);
    }

    private int Find(ref Utf8JsonReader reader, int expected)
    {
        var index = Find(plan, ref reader, expected);
        if (index >= 0) return index;
        if (row == 0 && filled == 0 && plan.ByInput is { } other && Find(other, ref reader, 0) >= 0)
        {
            (plan, seen) = (other, new int[other.Features.Length]);
            return 0;
        }
        if (ignoreUnknown) return -1;
        var name = reader.GetString();
        throw new ProblemException(ProblemKind.InvalidRow, $"Row {row}: the model has no feature \"{name}\".") { Where = $"rows[{row}].{name}", Expected = plan.Names };
    }

    // Rows name their features in the same order as a rule: the next one is the likeliest.
    private static int Find(RowPlan plan, ref Utf8JsonReader reader, int expected)
    {
        for (var step = 0; step < plan.Features.Length; step++)
        {
            var index = (expected + step) % plan.Features.Length;
            if (reader.ValueTextEquals(plan.Features[index].Utf8)) return index;
        }
        return -1;
    }

    private long[] ShapeOf(ValueSlot slot, int index)
    {
        var rows = row + 1;
        if (slot.Dimensions is not { } declared) return lengths[index] == 1 ? [rows] : [rows, lengths[index]];
        if (declared.Length == 0) return [];
        var shape = (long[])declared.Clone();
        shape[0] = rows;
        return TensorShape.Deduce(shape, call.Input(index).Count);
    }
}
