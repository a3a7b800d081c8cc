using System.Text;
using System.Text.Json.Nodes;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Statistics;
using Serverless.Services.Monitoring.SageMaker;
using Signal = Serverless.Core.Monitoring.Signal;

namespace Serverless.Services.Tests.Monitoring.SageMaker;

public sealed class SageMakerTests
{
    [Fact]
    public void Statistics_OfProfiles_AreTheFile() => Same(
        """
        {"version":0,"dataset":{"item_count":12},"features":[
          {"name":"age","inferred_type":"Integral","numerical_statistics":{"common":{"num_present":11,"num_missing":1},"mean":5,"sum":55,"std_dev":3.1622776601683795,"min":0,"max":10,
            "distribution":{"kll":{"buckets":[
              {"lower_bound":0,"upper_bound":1,"count":1},{"lower_bound":1,"upper_bound":2,"count":1},{"lower_bound":2,"upper_bound":3,"count":1},{"lower_bound":3,"upper_bound":4,"count":1},
              {"lower_bound":4,"upper_bound":5,"count":1},{"lower_bound":5,"upper_bound":6,"count":1},{"lower_bound":6,"upper_bound":7,"count":1},{"lower_bound":7,"upper_bound":8,"count":1},
              {"lower_bound":8,"upper_bound":9,"count":1},{"lower_bound":9,"upper_bound":10,"count":2}],
              "sketch":{"parameters":{"c":0.6666666666666666,"k":1024},"data":[[0,1,2,3,4,5,6,7,8,9,10]]}}}}},
          {"name":"sex","inferred_type":"String","string_statistics":{"common":{"num_present":11,"num_missing":1},"distinct_count":2,
            "distribution":{"categorical":{"buckets":[{"value":"Männlich","count":7},{"value":"Female","count":4}]}}}},
          {"name":"void","inferred_type":"Unknown"}]}
        """, SageMakerStatistics.Write(Profiles()));

    [Fact]
    public void Statistics_ReadBack_TellWhatWasSeen()
    {
        var baseline = SageMakerStatistics.Read(SageMakerStatistics.Write(Profiles()));
        var (age, sex, none) = (baseline.Columns[0], baseline.Columns[1], baseline.Columns[2]);
        Assert.Equal(12, baseline.Rows);
        Assert.Equal((0.0, 10.0, 11.0 / 12), (age.Minimum!.Value, age.Maximum!.Value, age.Completeness!.Value));
        Assert.Equal((ColumnType.Numeric, ColumnType.Categorical, null), (age.Type.ToColumnType(), sex.Type.ToColumnType(), none.Type.ToColumnType()));
        Assert.Equal(11, age.Buckets!.Sum(bucket => bucket.Count));
        Assert.Equal(7, sex.Labels!["Männlich"]);
    }

    [Fact]
    public void Statistics_OfManyValues_HaveTenBucketsThatAddUp()
    {
        var profile = new ColumnProfile();
        profile.Add([.. Enumerable.Range(0, 100_000).Select(i => Math.Sin(i) * 1e3)]);
        var column = SageMakerStatistics.Read(SageMakerStatistics.Write([new("x", InferredType.Fractional, profile, null)])).Columns[0];
        Assert.Equal((10, 100_000), (column.Buckets!.Count, column.Buckets.Sum(bucket => bucket.Count)));
    }

    [Theory]
    [InlineData(InferredType.Fractional, true, 0.01)]
    [InlineData(InferredType.Fractional, false, 0.06)]
    [InlineData(InferredType.Integral, false, 0.06)]
    public void Values_FromTheFile_AreDistributedAsThoseItWasMadeOf(InferredType type, bool sketch, double gap)
    {
        double[] values = [.. Enumerable.Range(0, 300_000).Select(i => 50 + Math.Round(20 * Math.Sin(i) * Math.Cos(i * 0.7), type == InferredType.Integral ? 0 : 6))];
        var profile = new ColumnProfile();
        profile.Add(values);
        profile.AddMissing(1_000);
        var told = SageMakerStatistics.Read(SageMakerStatistics.Write([new("x", type, profile, null)])).Columns[0];
        var (column, why) = ImportedValues.Of(sketch ? told : told with { Points = null });
        Assert.Null(why);
        Assert.Equal((301_000, 1_000, 100_000), (column!.Rows, column.Missing, column.Values.Size));
        Assert.Equal((values.Min(), values.Max()), (column.Values.Sorted[0], column.Values.Sorted[^1]));
        Assert.InRange(KolmogorovSmirnov.Test(values, column.Values.Sorted).Statistic, 0, gap);
        Assert.True(type == InferredType.Fractional || column.Values.Sorted.ToArray().All(double.IsInteger));
    }

    [Theory]
    [InlineData("""{"name":"a","inferred_type":"String","string_statistics":{"common":{"num_present":10,"num_missing":0},"distinct_count":9,"distribution":{"categorical":{"buckets":[{"value":"x","count":2}]}}}}""", "lists 1 of 9 labels")]
    [InlineData("""{"name":"a","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":10,"num_missing":0},"mean":1}}""", "how its values are distributed")]
    [InlineData("""{"name":"a","inferred_type":"Unknown"}""", "no value")]
    [InlineData("""{"name":"a","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":10,"num_missing":0},"distribution":{"kll":{"buckets":[{"lower_bound":0,"upper_bound":1,"count":0}]}}}}""", "how its values are distributed")]
    [InlineData("""{"name":"a","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":10,"num_missing":0},"distribution":{"kll":{"sketch":{"data":[[1,2],null]}}}}}""", "how its values are distributed")]
    public void Values_ThatTheFileDoesNotTell_AreNone(string feature, string why) =>
        Assert.Contains(why, ImportedValues.Of(SageMakerStatistics.Read(Encoding.UTF8.GetBytes($$"""{"features":[{{feature}}]}""")).Columns[0]).Why, StringComparison.Ordinal);

    [Fact]
    public void Values_BetweenTheLargestNumbers_AreNumbers()
    {
        var column = ImportedValues.Of(SageMakerStatistics.Read("""{"features":[{"name":"a","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":11,"num_missing":0},"distribution":{"kll":{"buckets":[{"lower_bound":-1.7e308,"upper_bound":1.7e308,"count":11}]}}}}]}"""u8).Columns[0]).Column!;
        Assert.Equal(0, column.Values.Sorted[5], 1e300);
        Assert.All(column.Values.Sorted.ToArray(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Constraints_OfPromises_AreTheFileAndComeBack()
    {
        ExpectedColumn[] columns = [new("age", InferredType.Integral) { Completeness = 1, Minimum = 0 }, new("sex", InferredType.String) { Completeness = 0.5, Categories = ["Male", "Female"] }, new("void", InferredType.Unknown)];
        var file = SageMakerConstraints.Write(columns);
        Same("""
            {"version":0,"features":[
              {"name":"age","inferred_type":"Integral","completeness":1,"num_constraints":{"is_non_negative":true}},
              {"name":"sex","inferred_type":"String","completeness":0.5,"string_constraints":{"domains":["Male","Female"]}},
              {"name":"void","inferred_type":"Unknown"}],
             "monitoring_config":{"evaluate_constraints":"Enabled","emit_metrics":"Enabled","datatype_check_threshold":0.1,"domain_content_threshold":0.1,
               "distribution_constraints":{"perform_comparison":"Enabled","comparison_threshold":0.1,"comparison_method":"Simple","categorical_comparison_threshold":0.1,"categorical_drift_method":"LInfinity"}}}
            """, file);
        Assert.Equivalent(columns, SageMakerConstraints.Read(file).Columns, strict: true);
    }

    [Fact]
    public void Constraints_WithFieldsOfLaterVersions_AreRead()
    {
        var baseline = SageMakerConstraints.Read("""
            {"version":0.0,"new":[1],"features":[{"name":"a","inferred_type":"Fractional","completeness":1.0,"num_constraints":{"is_non_negative":false,"more":1},"monitoringConfigOverrides":{"x":{}}}]}
            """u8);
        Assert.Null(baseline.Columns[0].Minimum);
    }

    [Fact]
    public void Constraints_WithoutAType_AreOfAnUnknownOne() => Assert.Equal(InferredType.Unknown, SageMakerConstraints.Read("""{"features":[{"name":"a"}]}"""u8).Columns[0].Type);

    [Fact]
    public void Join_TakesPromisesFirst()
    {
        var joined = SageMakerConstraints.Join(SageMakerStatistics.Read(SageMakerStatistics.Write(Profiles())),
            new(null, [new("sex", InferredType.String) { Completeness = 1, Categories = ["Female"] }, new("new", InferredType.Integral)]));
        Assert.Equal(["sex", "new", "age", "void"], joined.Columns.Select(column => column.Name));
        Assert.Equal((1.0, "Female", 4.0), (joined.Columns[0].Completeness!.Value, joined.Columns[0].Categories![0], joined.Columns[0].Labels!["Female"]));
    }

    [Theory]
    [InlineData("nonsense", "/")]
    [InlineData("null", "/")]
    [InlineData("{}", "/features")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"Colour"}]}""", "/features/0/inferred_type")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"String"},{"name":7,"inferred_type":"String"}]}""", "/features/1/name")]
    [InlineData("""{"features":[{"inferred_type":"String"}]}""", "/features/0/name")]
    [InlineData("""{"features":[null]}""", "/features/0/name")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"String"},{"name":"a","inferred_type":"String"}]}""", "/features/1/name")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"String","completeness":1.5}]}""", "/features/0/completeness")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"String","string_constraints":{"domains":[1]}}]}""", "/features/0/string_constraints/domains/0")]
    [InlineData("""{"features":[{"name":"a","inferred_type":"String","string_constraints":{"domains":[null]}}]}""", "/features/0/string_constraints/domains")]
    public void Constraints_ThatAreWrong_SayWhere(string text, string where) => Assert.Equal(where, Assert.Throws<ProblemException>(() => SageMakerConstraints.Read(Encoding.UTF8.GetBytes(text))).Where);

    [Theory]
    [InlineData("""{"numerical_statistics":{"common":{"num_present":-1,"num_missing":0}}}""", "/features/0/numerical_statistics/common")]
    [InlineData("""{"numerical_statistics":{"distribution":{"kll":{"buckets":[{"lower_bound":2,"upper_bound":1,"count":1}]}}}}""", "/features/0/numerical_statistics/distribution/kll/buckets/0")]
    [InlineData("""{"string_statistics":{"distribution":{"categorical":{"buckets":[{"value":"a","count":1},{"value":"a","count":1}]}}}}""", "/features/0/string_statistics/distribution/categorical/buckets/1")]
    [InlineData("""{"string_statistics":{"common":{"num_present":3,"num_missing":0},"distribution":{"categorical":{"buckets":[{"value":"a","count":2},{"value":"b","count":2}]}}}}""", "/features/0/string_statistics/distribution/categorical/buckets")]
    [InlineData("""{"string_statistics":{"distribution":{"categorical":{"buckets":[{"value":"a","count":1e300}]}}}}""", "/features/0/string_statistics/distribution/categorical/buckets/0/count")]
    [InlineData("""{"numerical_statistics":{"common":{"num_present":1.5,"num_missing":0}}}""", "/features/0/numerical_statistics/common")]
    [InlineData("""{"numerical_statistics":{"common":{"num_present":1,"num_missing":1e300}}}""", "/features/0/numerical_statistics/common")]
    [InlineData("""{"numerical_statistics":{"distribution":{"kll":{"buckets":[{"lower_bound":0,"upper_bound":"Infinity","count":1}]}}}}""", "/features/0/numerical_statistics/distribution/kll/buckets/0")]
    [InlineData("""{"numerical_statistics":{"distribution":{"kll":{"buckets":[{"lower_bound":0,"upper_bound":2,"count":1},{"lower_bound":1,"upper_bound":3,"count":1}]}}}}""", "/features/0/numerical_statistics/distribution/kll/buckets/1")]
    public void Statistics_ThatAreWrong_SayWhere(string statistics, string where) => Assert.Equal(where, Assert.Throws<ProblemException>(
        () => SageMakerStatistics.Read(Encoding.UTF8.GetBytes($$"""{"features":[{"name":"a","inferred_type":"String",{{statistics[1..]}}]}"""))).Where);

    [Fact]
    public void Violations_OfAFinding_AreTheFile()
    {
        FindingCheck Check(string subject, string check, string words, FindingVerdict verdict = FindingVerdict.Breached, string? segment = null) => new(subject, check, segment, verdict, words);
        var finding = new Finding(Guid.Empty, "m", "n", Signal.DataQuality, default, default, FindingVerdict.Breached, "", 1)
        {
            Checks = [Check("a", "type", "t"), Check("b", "missing", "m", segment: "country=DE"), Check("c", "drift", "d"), Check("d", "unseen", "u"), Check("e", "schema", "e: the column is gone.") with { Value = 0 },
                Check("f", "schema", "f: a new column, numbers.") with { Value = 1 }, Check("g", "freshness", "late"), Check("h", "drift", "fine", FindingVerdict.Ok)],
        };
        Same("""
            {"violations":[
              {"feature_name":"a","constraint_check_type":"data_type_check","description":"t"},
              {"feature_name":"b","constraint_check_type":"completeness_check","description":"m (country=DE)"},
              {"feature_name":"c","constraint_check_type":"baseline_drift_check","description":"d"},
              {"feature_name":"d","constraint_check_type":"categorical_values_check","description":"u"},
              {"feature_name":"e","constraint_check_type":"missing_column_check","description":"e: the column is gone."},
              {"feature_name":"f","constraint_check_type":"extra_column_check","description":"f: a new column, numbers."}]}
            """, SageMakerViolations.Write(finding));
    }

    private static NamedProfile[] Profiles()
    {
        ColumnProfile numbers = new();
        LabelProfile labels = new();
        numbers.Add([.. Enumerable.Range(0, 11).Select(i => (double)i)]);
        numbers.AddMissing(1);
        labels.Add("Männlich", 7);
        labels.Add("Female", 4);
        labels.Add(null);
        return [new("age", InferredType.Integral, numbers, null), new("sex", InferredType.String, null, labels), new("void", InferredType.Unknown, null, null)];
    }

    private static void Same(string expected, byte[] actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(actual)!.ToJsonString());
}
