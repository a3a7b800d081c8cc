using System.Globalization;
using System.IO.Compression;
using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;
using Serverless.Testing;

namespace Serverless.Services.Tests.Monitoring.Reports;

/// <summary>The electricity market of New South Wales as a model's log: weeks of it against the five before, scanned as the monitor would.</summary>
internal static class Elec2
{
    private const int RowsAWeek = 336, ReferenceWeeks = 5;
    private static readonly DateTimeOffset Monday = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<(string[] Names, double[][] Rows)> Data = new(Read);

    /// <summary>The finding of one week, counted from the first that has a reference.</summary>
    public static Finding Week(int week)
    {
        var first = (week + 5) * RowsAWeek;
        var changes = Data.Value.Names.Index().Where(column => column.Item is not ("date" or "period")).Select(column => DriftScan.Measure(
            column.Item, null, Column(column.Index, first - ReferenceWeeks * RowsAWeek, ReferenceWeeks * RowsAWeek), Column(column.Index, first, RowsAWeek), new MonitorPolicy()));
        var outcome = DriftScan.Judge([.. changes], new MonitorPolicy());
        var end = Monday.AddDays(7 * (week + 6));
        return new(Guid.Parse($"01900000-0000-7000-8000-{week:D12}"), "elec2-price", "feature-drift", Core.Monitoring.Signal.FeatureDrift, new(end.AddDays(-7), end), end.AddMinutes(67), outcome.Verdict, outcome.Summary, RowsAWeek)
        {
            Versions = [3], PolicyVersion = 2, Checks = outcome.Checks, ReferenceRows = ReferenceWeeks * RowsAWeek,
            Reference = string.Create(CultureInfo.InvariantCulture, $"the windows before, {end.AddDays(-42):yyyy-MM-dd} to {end.AddDays(-7):yyyy-MM-dd} UTC"),
        };
    }

    private static FeatureColumn Column(int at, int first, int count)
    {
        var values = Data.Value.Rows.Skip(first).Take(count).Select(row => row[at]).ToArray();
        return Data.Value.Names[at] is "day" or "class" ? FeatureColumn.OfLabels(values.Select(value => value.ToString(CultureInfo.InvariantCulture))) : FeatureColumn.OfNumbers(values);
    }

    private static (string[], double[][]) Read() => Read(Repository.File("tests", "data", "elec2.csv.gz"));

    private static (string[], double[][]) Read(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var names = reader.ReadLine()!.Split(',');
        var rows = new List<double[]>();
        while (reader.ReadLine() is { } line)
            rows.Add([.. line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))]);
        return (names, [.. rows]);
    }
}
