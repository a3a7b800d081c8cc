using System.Text.Json;
using Serverless.Core.Problems;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary><c>constraints.json</c> of SageMaker Model Monitor, written from what is promised and read into it.</summary>
public static class SageMakerConstraints
{
    private const string File = "constraints.json";

    // Model Monitor's own defaults: our limits on effects have no place in its file.
    private static readonly MonitoringConfigWire Config = new("Enabled", "Enabled", 0.1, 0.1, new("Enabled", 0.1, "Simple", 0.1, "LInfinity"));

    /// <summary>The file in UTF-8. A range is written as far as the format goes: whether values may be negative.</summary>
    public static byte[] Write(IReadOnlyList<ExpectedColumn> columns) =>
        JsonSerializer.SerializeToUtf8Bytes(new ConstraintsWire(0, [.. columns.Select(Feature)]) { MonitoringConfig = Config }, SageMakerJson.Wire.ConstraintsWire);

    /// <summary>What the file promises. Unknown fields are let pass.</summary>
    /// <exception cref="ProblemException">A field is missing, of another type, or no share; the problem says where.</exception>
    public static ImportedBaseline Read(ReadOnlySpan<byte> utf8)
    {
        var file = SageMakerFile.Read(utf8, SageMakerJson.Wire.ConstraintsWire, File);
        if (file.Features is null)
            throw SageMakerFile.Wrong(File, "/features", "a list of columns is needed");
        SageMakerFile.CheckNames(file.Features.Select(feature => feature?.Name), File);
        return new(null, [.. file.Features.Select(Expected)]);
    }

    /// <summary>Both files together: what the constraints promise stands, what only the statistics know is added.</summary>
    public static ImportedBaseline Join(ImportedBaseline statistics, ImportedBaseline constraints)
    {
        var seen = statistics.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        var promised = constraints.Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return new(statistics.Rows, [.. constraints.Columns.Select(column => seen.TryGetValue(column.Name, out var other) ? Join(other, column) : column),
            .. statistics.Columns.Where(column => !promised.Contains(column.Name))]);
    }

    private static ExpectedColumn Join(ExpectedColumn seen, ExpectedColumn promised) => seen with
    {
        Type = promised.Type == InferredType.Unknown ? seen.Type : promised.Type,
        Completeness = promised.Completeness ?? seen.Completeness,
        Minimum = seen.Minimum ?? promised.Minimum,
        Categories = promised.Categories ?? seen.Categories,
    };

    private static FeatureConstraintsWire Feature(ExpectedColumn column) => new(column.Name, column.Type)
    {
        Completeness = column.Completeness,
        NumConstraints = column is { Type: InferredType.Integral or InferredType.Fractional, Minimum: { } least } ? new(least >= 0) : null,
        StringConstraints = column is { Type: InferredType.String, Categories: { } labels } ? new(labels) : null,
    };

    private static ExpectedColumn Expected(FeatureConstraintsWire feature, int at)
    {
        if (feature.Completeness is not (null or (>= 0 and <= 1)))
            throw SageMakerFile.Wrong(File, $"/features/{at}/completeness", "a share from 0 to 1 is needed");
        var domains = feature.StringConstraints?.Domains;
        if (domains is not null && domains.Any(label => label is null))
            throw SageMakerFile.Wrong(File, $"/features/{at}/string_constraints/domains", "a label is a text");
        return new(feature.Name, feature.InferredType)
        {
            Completeness = feature.Completeness, Categories = domains, Minimum = feature.NumConstraints?.IsNonNegative == true ? 0 : null,
        };
    }
}
