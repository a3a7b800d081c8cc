using System.Text.Json;
using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary><c>constraint_violations.json</c> of SageMaker Model Monitor, written from a finding.</summary>
public static class SageMakerViolations
{
    /// <summary>The file in UTF-8: the breached checks that its six kinds can say; others (range, freshness, errors …) have no name there and are left out.</summary>
    public static byte[] Write(Finding finding) => JsonSerializer.SerializeToUtf8Bytes(new ViolationsWire([.. finding.Checks
        .Where(check => check.Verdict == FindingVerdict.Breached)
        .Select(check => (Check: check, Kind: KindOf(check)))
        .Where(one => one.Kind is not null)
        .Select(one => new ViolationWire(one.Check.Subject, one.Kind!, one.Check.Segment is { } segment ? $"{one.Check.Words} ({segment})" : one.Check.Words))]), SageMakerJson.Wire.ViolationsWire);

    /// <summary>Its name for a check; null where it has none.</summary>
    public static string? KindOf(FindingCheck check) => check.Check switch
    {
        "type" => "data_type_check",
        "missing" => "completeness_check",
        "drift" => "baseline_drift_check",
        "unseen" => "categorical_values_check",
        "schema" => check.Value == 0 ? "missing_column_check" : "extra_column_check",
        _ => null,
    };
}
