using Serverless.Core.Monitoring;

namespace Serverless.Core.Tests.Monitoring;

/// <summary>Stories whose cause is known.</summary>
public sealed class DiagnosisStories
{
    private static readonly DateTimeOffset Start = new(2025, 3, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ABrokenFeed_IsFoundBeforeTheDriftThatItMakes()
    {
        Finding[] recent =
        [
            .. Hours("quality", Signal.DataQuality, "....xx", [Breach("age", "missing", 0.4, 0.05, "age is missing in 40 % of the rows")]),
            .. Hours("drift", Signal.FeatureDrift, "....xx", [Breach("age", "drift", 0.6, 0.1, "age moved", 1e-9)]),
            .. Hours("outputs", Signal.PredictionDrift, ".....x", [Breach("score", "drift", 0.2, 0.1, "score moved", 1e-4)]),
        ];
        var diagnosis = Diagnosed(recent.Last(finding => finding.Monitor == "outputs"), recent, 5);
        Assert.Equal([Signal.DataQuality, Signal.FeatureDrift, Signal.PredictionDrift], Moved(diagnosis));
        Assert.Equal([SignalState.NotWatched, SignalState.NotWatched], diagnosis.Signals.Skip(3).Select(signal => signal.State));
        Assert.Equal("age", diagnosis.Subjects[0].Name);
        Assert.Equal([Signal.DataQuality, Signal.FeatureDrift], diagnosis.Subjects[0].Signals);
        Assert.StartsWith("Data quality moved first, since 2025-03-04 04:00 UTC; the inputs' distribution, then the predictions' distribution followed", diagnosis.Text, StringComparison.Ordinal);
        Assert.EndsWith("what follows from broken data is no drift.", diagnosis.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCameFirst_ComesFirst_WhateverItsPlaceInTheCausalOrder()
    {
        Finding[] recent = [.. Hours("latency", Signal.Operations, "..xxxx", []), .. Hours("drift", Signal.FeatureDrift, "....xx", [])];
        Assert.Equal([Signal.Operations, Signal.FeatureDrift], Moved(Diagnosed(recent[^1], recent, 4)));
    }

    [Fact]
    public void ADailyWindow_ThatHoldsTheHourlyOne_BeganWithIt()
    {
        var day = Of("labels", Signal.LabelDrift, new(Start, Start.AddDays(1)), FindingVerdict.Breached, []);
        var hour = Of("drift", Signal.FeatureDrift, new(Start.AddHours(5), Start.AddHours(6)), FindingVerdict.Breached, []);
        Assert.Equal([Signal.FeatureDrift, Signal.LabelDrift], Moved(Diagnosed(day, [day, hour], 0)));
    }

    [Fact]
    public void AnOldBreach_ThatIsOver_HasNothingToDoWithIt()
    {
        Finding[] recent = [.. Hours("quality", Signal.DataQuality, "xx............", []), .. Hours("drift", Signal.FeatureDrift, ".............x", [])];
        var diagnosis = Diagnosed(recent[^1], recent, 13);
        Assert.Equal([Signal.FeatureDrift], Moved(diagnosis));
        Assert.Contains("the inputs have really changed", diagnosis.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ANewVersion_InWhoseFirstWindowItBegan_IsNamed()
    {
        Finding[] recent =
        [
            .. Hours("outputs", Signal.PredictionDrift, "...xx", [Breach("score", "drift", 0.5, 0.1, "score moved", 1e-6)], hour => hour < 3 ? [3] : [3, 4]),
            .. Hours("drift", Signal.FeatureDrift, ".....", [], hour => hour < 3 ? [3] : [3, 4]),
        ];
        var diagnosis = Diagnosed(recent[4], recent, 3, new Deployment(Start.AddHours(3.2), 4, "champion"), new(Start.AddDays(-9), 3, "champion"));
        Assert.Equal((DeploymentVerdict.BeganWith, 4, Start.AddHours(3.2)), (diagnosis.Deployment.Verdict, diagnosis.Deployment.Version, diagnosis.Deployment.Time));
        Assert.Contains("It began with version 4, put to serve 2025-03-04 03:12 UTC", diagnosis.Text, StringComparison.Ordinal);
        Assert.EndsWith("Compare version 4 with the one before it; rolling back is the quickest remedy.", diagnosis.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOldDeployment_IsNotBlamed()
    {
        Finding[] recent = [.. Hours("outputs", Signal.PredictionDrift, "...xx", [], _ => [4]), .. Hours("drift", Signal.FeatureDrift, ".....", [], _ => [4])];
        var diagnosis = Diagnosed(recent[4], recent, 3, new Deployment(Start.AddDays(-4), 4, "champion"));
        Assert.Equal(DeploymentVerdict.NotRelated, diagnosis.Deployment.Verdict);
        Assert.Contains("version 4, was 4 days before the first breach", diagnosis.Text, StringComparison.Ordinal);
        Assert.Contains("although the inputs did not", diagnosis.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingKnownFromBefore_BlamesNobody()
    {
        Finding[] recent = [.. Hours("drift", Signal.FeatureDrift, "x", [], _ => [1])];
        Assert.Equal(DeploymentVerdict.Unknown, Diagnosed(recent[0], recent, 0).Deployment.Verdict);
    }

    [Fact]
    public void OneCountryAmongOthers_CarriesIt()
    {
        Finding[] recent =
        [
            .. Hours("drift", Signal.FeatureDrift, "..x",
            [
                Breach("age", "drift", 0.2, 0.1, "age moved", 0.01),
                Breach("age", "drift", 0.8, 0.1, "age moved in DE", 1e-9) with { Segment = "country=DE" },
                new("age", "drift", "country=FR", FindingVerdict.Ok, "as before") { Effect = 0.01, RelevantEffect = 0.1 },
                new("age", "drift", "country=LI", FindingVerdict.NotEnoughData, "12 rows"),
            ]),
        ];
        var diagnosis = Diagnosed(recent[2], recent, 2);
        var segment = Assert.Single(diagnosis.Segments);
        Assert.Equal(("country=DE", 1, 1), (segment.Segment, segment.Breached, segment.Judged));
        Assert.Equal(4, segment.Weight!.Value, 9);
        Assert.Contains("country=DE carries it: age moved in DE.", diagnosis.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void OneVersionAmongOthersThatAreFine_CarriesIt()
    {
        FindingCheck[] checks = [Breach("errors", "rate", 0.09, 0.01, "errors in version 2") with { Segment = "version 2" }, Breach("errors", "rate", 0.001, 0.01, "fine") with { Segment = "version 1", Verdict = FindingVerdict.Ok }];
        var recent = new[] { Of("operations", Signal.Operations, new(Start, Start.AddHours(1)), FindingVerdict.Breached, checks) };
        Assert.Equal("version 2", Assert.Single(Diagnosed(recent[0], recent, 0).Segments).Segment);
    }

    [Fact]
    public void EverySegmentAlike_CarriesNothing()
    {
        FindingCheck[] checks = [Breach("age", "drift", 0.4, 0.1, "age moved"), .. new[] { "DE", "FR" }.Select(country => Breach("age", "drift", 0.4, 0.1, "age moved") with { Segment = "country=" + country })];
        Finding[] recent = [.. Hours("drift", Signal.FeatureDrift, "x", checks)];
        Assert.Empty(Diagnosed(recent[0], recent, 0).Segments);
    }

    [Fact]
    public void AFailingScan_IsToldAsThat()
    {
        var failed = Of("drift", Signal.FeatureDrift, new(Start, Start.AddHours(1)), FindingVerdict.Failed, []) with { Summary = "The baseline cannot be read." };
        var text = Diagnose.Alert(new(AlertCause.Failing, Start, failed, [], [])).Text;
        Assert.StartsWith("The monitor drift itself fails, so nobody watches: The baseline cannot be read.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ASuperseded_Finding_DoesNotCount()
    {
        Finding[] recent = [.. Hours("quality", Signal.DataQuality, "x", []), .. Hours("drift", Signal.FeatureDrift, "x", [])];
        Finding[] again = [.. recent, recent[0] with { Revision = 2, Verdict = FindingVerdict.Ok }];
        Assert.Equal([Signal.FeatureDrift], Moved(Diagnosed(recent[1], again, 0)));
    }

    private static Diagnosis Diagnosed(Finding finding, Finding[] recent, int since, params Deployment[] deployments) =>
        Diagnose.Alert(new(AlertCause.Breach, Start.AddHours(since), finding, recent, deployments));

    private static IEnumerable<Signal> Moved(Diagnosis diagnosis) => diagnosis.Signals.Where(signal => signal.State == SignalState.Moved).Select(signal => signal.Signal);

    private static FindingCheck Breach(string subject, string check, double effect, double relevant, string words, double? p = null) =>
        new(subject, check, null, FindingVerdict.Breached, words) { Effect = effect, RelevantEffect = relevant, AdjustedPValue = p };

    private static IEnumerable<Finding> Hours(string monitor, Signal signal, string verdicts, FindingCheck[] checks, Func<int, int[]>? versions = null) =>
        verdicts.Select((verdict, hour) => Of(monitor, signal, new(Start.AddHours(hour), Start.AddHours(hour + 1)), verdict == 'x' ? FindingVerdict.Breached : FindingVerdict.Ok, checks) with { Versions = versions?.Invoke(hour) ?? [] });

    private static Finding Of(string monitor, Signal signal, TimeWindow window, FindingVerdict verdict, FindingCheck[] checks) => new(
        new Guid(window.From.Hour, 1, 1, new byte[8]), "iris", monitor, signal, window, window.To, verdict, $"{monitor} {verdict}", 1000)
    {
        Checks = verdict == FindingVerdict.Breached ? checks : [],
    };
}
