using System.Globalization;
using Serverless.Core.Monitoring;
using Serverless.Core.Registry;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Predictions;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>The census as it comes, texts and numbers, one input a column; and as broken pipelines deliver it.</summary>
public sealed class BrokenCensusTests(Testing.AzuriteFixture azurite)
{
    private static readonly string[] Numeric = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week"];
    private static readonly string[] Categorical = ["workclass", "education", "marital_status", "occupation", "relationship", "race", "sex", "native_country"];
    private static readonly DateTimeOffset Day = ScanRig.Utc("2026-03-02T00:00:00Z");
    private static readonly Table People = Table.Read("adult_raw.csv.gz");
    private static readonly Table Before = People with { Rows = People.Rows[..20_000] }, After = People with { Rows = People.Rows[20_000..] };

    // Rows of the census are in no order: the last 12,561 are as the first 20,000.
    [InlineData("", "", "")]
    // A join lost its key.
    [InlineData("native_country missing", "native_country missing", "")]
    // One row in twenty: nothing that drift would see, five times what the contract lets pass.
    [InlineData("native_country sometimes missing", "native_country missing", "")]
    // Another team writes small letters; the shares are as before, the labels are not.
    [InlineData("sex in small letters", "sex unseen", "sex")]
    // Hours a year instead of a week: 52 times as many, beyond the 99 + a tenth of the range that the contract lets pass.
    [InlineData("hours by the year", "hours_per_week range", "hours_per_week")]
    // A division by zero upstream.
    [InlineData("capital_gain not a number", "capital_gain notFinite", "")]
    [Theory]
    public async Task Fault_IsNamed_AndNothingElse(string fault, string quality, string drift)
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(2), """{"monitoring":{"monitors":{"data-quality":{"window":{"length":"P1D"}}}}}""");
        await rig.BaselineAsync(1, Before.Csv([.. Numeric, .. Categorical, "income"]), BaselineRoles.None with { Label = "income" });
        await WriteAsync(rig, Day.AddHours(23.9), Broken(fault));
        var whole = await rig.ScanAsync("data-quality", Day.AddDays(1));
        var moved = await rig.ScanAsync("feature-drift", Day.AddDays(1));

        Assert.Equal(quality, string.Join(", ", Breached(whole).Select(check => $"{check.Subject} {check.Check}")));
        Assert.Equal(drift, string.Join(", ", Breached(moved).Select(check => check.Subject)));
        if (quality.Length > 0) Assert.StartsWith(quality.Split(' ')[0] + ":", whole.Summary, StringComparison.Ordinal);
        Assert.Equal(13, moved.Checks.Count);
    }

    [Fact]
    public async Task PeopleBornInMexico_DifferInCountryAndSchooling_NotInHoursOrCapital()
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(2));
        await rig.BaselineAsync(1, Before.Csv([.. Numeric, .. Categorical, "income"]), BaselineRoles.None with { Label = "income" });
        await WriteAsync(rig, Day.AddHours(23.9), After.Where(row => row[People.At("native_country")] == "Mexico"));
        var finding = await rig.ScanAsync("feature-drift", Day.AddDays(1));

        // 250 people: a quarter left school after five or six years, where of all one in a hundred did; one in eighty is a manager, where one in eight is.
        Assert.Equal(["native_country", "education", "education_num", "occupation"], Breached(finding).Take(4).Select(check => check.Subject));
        Assert.Contains("\"5th-6th\" went from 1 % to 24.8 %", finding.Checks[1].Words, StringComparison.Ordinal);
        // Years of schooling are the number of the school: the same change, to the last digit that sums keep.
        Assert.Equal(finding.Checks[1].Effect!.Value, finding.Checks[2].Effect!.Value, 9);
        Assert.Equal(["capital_gain", "capital_loss", "hours_per_week"], finding.Checks.Where(check => check.Verdict == FindingVerdict.Ok).Select(check => check.Subject).Order());
    }

    private static Table Broken(string fault)
    {
        var row = 0;
        return fault switch
        {
            "native_country missing" => After.With("native_country", _ => ""),
            "native_country sometimes missing" => After.With("native_country", cell => row++ % 20 == 0 ? "" : cell),
            "sex in small letters" => After.With("sex", cell => cell.ToLowerInvariant()),
            "hours by the year" => After.With("hours_per_week", cell => (52 * int.Parse(cell, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture)),
            "capital_gain not a number" => After.With("capital_gain", _ => "NaN"),
            _ => After,
        };
    }

    private static FindingCheck[] Breached(Finding finding) => [.. finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached)];

    /// <summary>An empty text is no value.</summary>
    private static Task<PredictionId> WriteAsync(ScanRig rig, DateTimeOffset at, Table people) => rig.WriteAsync(Version, at, people.Rows.Length, entry =>
    {
        for (var column = 0; column < Numeric.Length; column++) entry.Tensor<float>(column, people.Numbers(Numeric[column]));
        for (var column = 0; column < Categorical.Length; column++)
            entry.Texts(Numeric.Length + column, [.. people.Rows.Select(row => row[people.At(Categorical[column])] is { Length: > 0 } cell ? cell : null)]);
        entry.Tensor<long>(Numeric.Length + Categorical.Length, [.. people.Rows.Select(row => row[^1] == ">50K" ? 1L : 0)]);
    });

    private static ServableVersion Version { get; } = new(
        1, Digest.Of(new byte[32]), 1,
        new Signature(
            [.. Numeric.Select(name => Column(name, ElementType.Float)), .. Categorical.Select(name => Column(name, ElementType.String))],
            [new("income", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]),
        null, null, false);

    private static ValueSignature Column(string name, ElementType type) => new(name, ValueKind.Tensor, type, [new(null, "N"), new(1, null)]);
}
