using System.Text;

namespace Serverless.Services.Inference.Rows;

/// <summary>One named value of a row: one column of a tensor, or a row's whole part of it.</summary>
/// <param name="Name">As requests spell it.</param>
/// <param name="Input">The input that it belongs to.</param>
/// <param name="Offset">Its place within a row of that input.</param>
/// <param name="Length">How many elements it has; -1 where the first row decides.</param>
internal sealed record Feature(string Name, int Input, int Offset, int Length)
{
    /// <summary>The name's bytes.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);
}

/// <summary>How rows of named features become the model's tensors.</summary>
internal sealed class RowPlan
{
    /// <summary>By the registered feature names where the model has one two-dimensional input, else by the inputs' names.</summary>
    public RowPlan(Servable servable)
        : this(servable.Version.FeatureNames is { } names && servable.Inputs is [{ Dimensions: [_, var width] }] && (width < 0 || width == names.Count)
            ? [.. names.Select((name, index) => new Feature(name, 0, index, 1))]
            : Inputs(servable), servable.Inputs.Length)
    {
        if (Features.Length > 0 && Strides is [var stride] && stride == Features.Length && Features[0].Name != servable.InputNames[0]) ByInput = new(Inputs(servable), 1);
    }

    private RowPlan(Feature[] features, int inputs)
    {
        Features = features;
        Names = [.. features.Select(feature => feature.Name)];
        Strides = new int[inputs];
        foreach (var feature in features)
            Strides[feature.Input] = feature.Length < 0 ? -1 : Math.Max(Strides[feature.Input], feature.Offset + feature.Length);
    }

    /// <summary>Every feature, in the order of positional rows.</summary>
    public Feature[] Features { get; }

    /// <summary>Their names.</summary>
    public string[] Names { get; }

    /// <summary>Elements of each input's row; -1 where the first row decides.</summary>
    public int[] Strides { get; }

    /// <summary>The other way to name values where there are feature names: the input's name with a whole row.</summary>
    public RowPlan? ByInput { get; }

    private static Feature[] Inputs(Servable servable) =>
        [.. servable.Inputs.Select((input, index) => new Feature(input.Name, index, 0, RowLength(input.Dimensions)))];

    private static int RowLength(long[]? dimensions)
    {
        if (dimensions is null) return -1;
        if (dimensions.Length == 0) return 1;
        var length = 1L;
        foreach (var size in dimensions.AsSpan(1))
        {
            if (size < 0) return -1;
            length *= size;
        }
        return (int)Math.Min(length, int.MaxValue);
    }
}
