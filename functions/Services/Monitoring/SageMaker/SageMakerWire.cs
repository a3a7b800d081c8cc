using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Services.Monitoring.SageMaker;

internal sealed record StatisticsWire(double Version, DatasetWire? Dataset, IReadOnlyList<FeatureStatisticsWire> Features);

internal sealed record DatasetWire(double ItemCount);

internal sealed record FeatureStatisticsWire(string Name, InferredType InferredType)
{
    public NumericalWire? NumericalStatistics { get; init; }

    public StringWire? StringStatistics { get; init; }
}

internal sealed record CommonWire(double NumPresent, double NumMissing);

internal sealed record NumericalWire(CommonWire? Common)
{
    public double? Mean { get; init; }

    public double? Sum { get; init; }

    public double? StdDev { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public NumericalDistributionWire? Distribution { get; init; }
}

internal sealed record NumericalDistributionWire(KllWire? Kll);

internal sealed record KllWire(IReadOnlyList<KllBucketWire>? Buckets, SketchWire? Sketch);

internal readonly record struct KllBucketWire(double LowerBound, double UpperBound, double Count);

internal sealed record SketchWire(SketchParametersWire? Parameters, IReadOnlyList<IReadOnlyList<double>>? Data);

internal sealed record SketchParametersWire(double C, double K);

internal sealed record StringWire(CommonWire? Common)
{
    public double? DistinctCount { get; init; }

    public StringDistributionWire? Distribution { get; init; }
}

internal sealed record StringDistributionWire(CategoricalWire? Categorical);

internal sealed record CategoricalWire(IReadOnlyList<CategoryWire>? Buckets);

internal sealed record CategoryWire(string Value, double Count);

internal sealed record ConstraintsWire(double Version, IReadOnlyList<FeatureConstraintsWire> Features)
{
    public MonitoringConfigWire? MonitoringConfig { get; init; }
}

internal sealed record FeatureConstraintsWire(string Name, InferredType InferredType)
{
    public double? Completeness { get; init; }

    public NumConstraintsWire? NumConstraints { get; init; }

    public StringConstraintsWire? StringConstraints { get; init; }
}

internal sealed record NumConstraintsWire(bool? IsNonNegative);

internal sealed record StringConstraintsWire(IReadOnlyList<string>? Domains);

internal sealed record MonitoringConfigWire(string EvaluateConstraints, string EmitMetrics, double DatatypeCheckThreshold, double DomainContentThreshold, DistributionConstraintsWire DistributionConstraints);

internal sealed record DistributionConstraintsWire(string PerformComparison, double ComparisonThreshold, string ComparisonMethod, double CategoricalComparisonThreshold, string CategoricalDriftMethod);

internal sealed record ViolationsWire(IReadOnlyList<ViolationWire> Violations);

internal sealed record ViolationWire(string FeatureName, string ConstraintCheckType, string Description);

/// <summary>The casing of SageMaker's files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
    UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StatisticsWire))]
[JsonSerializable(typeof(ConstraintsWire))]
[JsonSerializable(typeof(ViolationsWire))]
internal sealed partial class SageMakerJson : JsonSerializerContext
{
    private static SageMakerJson? wire;

    /// <summary>With letters as people write them; reads the "NaN" that Deequ writes for columns without values.</summary>
    public static SageMakerJson Wire => wire ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    });
}
