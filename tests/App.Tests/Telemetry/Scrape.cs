using System.Globalization;
using System.Text.RegularExpressions;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>A page of metrics, read.</summary>
internal sealed partial class Scrape
{
    private Scrape(string text) => (Text, Samples) = (text, [.. Line().Matches(text).Select(Read)]);

    /// <summary>The page as it is.</summary>
    public string Text { get; }

    /// <summary>Its lines.</summary>
    public IReadOnlyList<Sample> Samples { get; }

    public static async Task<Scrape> OfAsync(AppProcess app, string path = "/metrics")
    {
        using var answer = await app.Client.GetAsync(path, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return new(text);
    }

    /// <summary>The sum over the series that have these labels.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels) => Of(name, labels).Sum(sample => sample.Value);

    /// <summary>The series that have these labels.</summary>
    public IEnumerable<Sample> Of(string name, params (string Name, string Value)[] labels) =>
        Samples.Where(sample => sample.Name == name && labels.All(label => sample[label.Name] == label.Value));

    /// <summary>Names with their types.</summary>
    public Dictionary<string, string> Types => Regex.Matches(Text, "^# TYPE (\\S+) (\\S+)$", RegexOptions.Multiline).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    private static Sample Read(Match line) => new(line.Groups["name"].Value,
        Label().Matches(line.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value), double.Parse(line.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));

    [GeneratedRegex("""^(?<name>[a-z_][a-z0-9_]*)(\{(?<labels>.*)\})? (?<value>\S+)$""", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex Label();
}

/// <summary>One line.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string this[string label] => Labels.GetValueOrDefault(label, "");
}
