using System.Text.RegularExpressions;
using System.Xml.Linq;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Reports;

namespace Serverless.Services.Tests.Monitoring.Reports;

/// <summary>The page of a finding: whole, safe, the same each time, and no larger than a mail takes.</summary>
public sealed partial class FindingReportTests
{
    private const string Hostile = "<script>alert('x')</script>\" onload=\"y\u0000\u202Eevil&\uD800";
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static Finding Of(params FindingCheck[] checks) =>
        new(Guid.Parse("01900000-0000-7000-8000-000000000001"), "churn", "feature-drift", Signal.FeatureDrift, new(Monday, Monday.AddDays(1)), Monday.AddDays(1), FindingVerdict.Breached, "It moved.", 1_000) { Checks = checks };

    private static FindingCheck Check(string name, FindingVerdict verdict = FindingVerdict.Breached, double value = 0.2) => new(name, "drift", null, verdict, $"{name}: moved.")
    {
        Value = value, Effect = value, Threshold = 0.04, RelevantEffect = 0.04, Statistic = 0.2, Method = "KolmogorovSmirnov", PValue = 1e-12, AdjustedPValue = 1e-11, ReferenceSize = 7_000, CurrentSize = 1_000,
        Histograms = new([.. Enumerable.Range(0, 31).Select(edge => edge / 7.0)], [], [.. Enumerable.Range(0, 30).Select(bin => bin * 17.0)], [.. Enumerable.Range(0, 30).Select(bin => (30 - bin) * 3.0)]),
        Quantiles = new([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99], [.. Enumerable.Range(0, 9).Select(level => level / 3.0)], [.. Enumerable.Range(0, 9).Select(level => level / 2.0)]),
    };

    private static Finding[] Before(Finding finding, int windows) =>
        [.. Enumerable.Range(1, windows).Select(day => finding with { Window = new(finding.Window.From.AddDays(-day), finding.Window.To.AddDays(-day)), Checks = [.. finding.Checks.Select(check => check with { Value = day / 100.0, Verdict = FindingVerdict.Ok })] })];

    private static void IsWellFormed(string html)
    {
        foreach (Match svg in Svg().Matches(html))
            Assert.NotEmpty(XDocument.Parse(svg.Value).Root!.Elements().First().Value);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        // But for the doctype and the empty elements of its head a page is XML, too.
        XDocument.Parse(Void().Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<meta$1/>"));
    }

    /// <summary>Leaves a page for whoever names a folder, to be looked at.</summary>
    private static void Show(string name, string html)
    {
        if (Environment.GetEnvironmentVariable("REPORT_FOLDER") is { } folder) File.WriteAllText(Path.Combine(folder, $"{name}.html"), html);
    }

    [Fact]
    public void Html_OfRealData_IsWellFormed_AndShowsWhatMoved()
    {
        var finding = Elec2.Week(96);
        var html = FindingReport.Html(finding, [.. Enumerable.Range(66, 30).Select(Elec2.Week)]);
        IsWellFormed(html);
        Assert.Contains("features drifted</h1>", html, StringComparison.Ordinal);
        Show("report", html);
    }

    [Fact]
    public void Html_OfHostileNames_EncodesThemEverywhere()
    {
        var check = Check(Hostile) with { Segment = Hostile, Words = Hostile, Check = "missing", Method = Hostile, Histograms = new([], [Hostile, "b"], [1, 2], [2, 1]) };
        var finding = Of(check, check with { Subject = Hostile + "2" }) with { Model = Hostile, Monitor = Hostile, Summary = Hostile, Reference = Hostile, Flaws = [Hostile] };
        var html = FindingReport.Html(finding, Before(finding, 3));
        IsWellFormed(html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', html);
        Assert.Contains("&lt;script&gt;alert(&#39;x&#39;)", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_OfTheSame_IsTheSame_WhateverTheOrderOfTheHistory()
    {
        var finding = Of(Check("age"), Check("height", FindingVerdict.Ok));
        var before = Before(finding, 5);
        Assert.Equal(FindingReport.Html(finding, before), FindingReport.Html(finding with { }, [.. before.Reverse()]));
    }

    public static TheoryData<double[], double[]> Oddities => new()
    {
        { [], [] },
        { [5, 5], [10] },
        { [double.NaN, 1, double.PositiveInfinity], [1, double.NaN] },
        { [double.MinValue, 0, double.MaxValue], [1, 2] },
        { [0, 1, 2], [0, 0] },
        { [0, double.Epsilon, 1e-300, 1], [double.PositiveInfinity, 1, 1] },
        { [0, 1], [1, 2, 3, 4] },
    };

    [Theory]
    [MemberData(nameof(Oddities))]
    public void Html_OfOddNumbers_IsWellFormed(double[] edges, double[] counts)
    {
        foreach (var odd in new[] { double.NaN, double.MaxValue, double.NegativeInfinity, 0, -1, 1e-320 })
        {
            var check = Check("x", value: odd) with { Statistic = odd, PValue = odd, Threshold = odd, RelevantEffect = odd, Histograms = new(edges, [], counts, counts), Quantiles = new([.. edges.Select(_ => 0.5)], edges, edges) };
            var finding = Of(check, check with { Check = "missing" }, check with { Subject = "y", Histograms = new([], [.. counts.Select(count => "l")], counts, counts) });
            IsWellFormed(FindingReport.Html(finding, Before(finding, 3)));
        }
    }

    [Fact]
    public void Html_OfNothing_SaysSo()
    {
        foreach (var verdict in Enum.GetValues<FindingVerdict>())
            foreach (var signal in Enum.GetValues<Signal>())
                IsWellFormed(FindingReport.Html(Of() with { Verdict = verdict, Signal = signal, Rows = 0 }, []));
        Assert.Contains("<h1>The scan failed</h1>", FindingReport.Html(Of() with { Verdict = FindingVerdict.Failed }, []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FindingVerdict.Breached, false)]
    [InlineData(FindingVerdict.Breached, true)]
    [InlineData(FindingVerdict.Ok, false)]
    [InlineData(FindingVerdict.Ok, true)]
    public void Html_OfTwoHundredFeatures_StaysBelowTwoMebibytes(FindingVerdict verdict, bool labels)
    {
        var twenty = Enumerable.Range(0, 21).Select(at => at * 10.0).ToArray();
        var pair = new HistogramPair([], [.. twenty.Select(at => $"a label of ordinary length {at}")], twenty, twenty);
        var checks = Enumerable.Range(0, 200).Select(at => Check($"a_feature_of_an_ordinary_name_{at}", verdict));
        var finding = Of([.. checks.Select(check => labels ? check with { Histograms = pair } : check)]);
        var bytes = System.Text.Encoding.UTF8.GetByteCount(FindingReport.Html(finding, Before(finding, 30)));
        TestContext.Current.SendDiagnosticMessage($"{bytes:N0} bytes");
        Assert.InRange(bytes, 50_000, 2 << 20);
    }

    [Fact]
    public void Html_OfMissingValues_ShowsThemOverTime()
    {
        var finding = Of(Check("age") with { Check = "missing", Value = 0.25 }, Check("height", FindingVerdict.Ok) with { Check = "missing", Value = 0.01 }) with { Signal = Core.Monitoring.Signal.DataQuality };
        var html = FindingReport.Html(finding, Before(finding, 6));
        Show("missing", html);
        Assert.Contains("Missing values over time", html, StringComparison.Ordinal);
        Assert.Contains("25 %", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Missing values over time", FindingReport.Html(finding, []), StringComparison.Ordinal);
    }

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();

    [GeneratedRegex("<meta([^>]*)>")]
    private static partial Regex Void();
}
