using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Monitoring;
using Serverless.Services.Monitoring.Baselines;

namespace Serverless.Services.Tests.Monitoring;

/// <summary>The census of 1994 (UCI Adult): people who were drawn alike are alike, parts of them differ in what one knows, and what broken pipelines do to them is named.</summary>
public sealed class CensusScanTests(Testing.AzuriteFixture azurite)
{
    private static readonly string[] Prepared = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week", "married", "managerial", "male"];
    private static readonly DateTimeOffset Day = ScanRig.Utc("2026-03-02T00:00:00Z");
    private static readonly Table Training = Table.Read("adult_training.csv.gz"), Evaluation = Table.Read("adult_evaluation.csv.gz");

    private const string Daily = """{"monitoring":{"monitors":{"data-quality":{"window":{"length":"P1D"}}}}}""";

    [Fact]
    public async Task Evaluation_AgainstTraining_IsSilent_WholeAndInEightDays()
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(10), Daily);
        await BaselineAsync(rig, Training);
        Table[] days = [Evaluation, .. Evaluation.Rows.Chunk(2_036).Take(8).Select(rows => Evaluation with { Rows = rows })];
        for (var day = 0; day < days.Length; day++)
        {
            await AnswerAsync(rig, Day.AddDays(day), days[day]);
            var findings = new List<Finding>();
            foreach (var monitor in (string[])["feature-drift", "prediction-drift"]) findings.Add(await rig.ScanAsync(monitor, Day.AddDays(day + 1)));
            // The volume falls to an eighth after the first day, which is not the data's matter.
            if (day == 0) findings.Add(await rig.ScanAsync("data-quality", Day.AddDays(day + 1)));
            Assert.All(findings, finding => Assert.Equal((FindingVerdict.Ok, "the baseline of version 1"), (finding.Verdict, finding.Reference)));
            Assert.All(findings.Take(2).SelectMany(finding => finding.Checks), check => Assert.Equal(FindingVerdict.Ok, check.Verdict));
            Assert.Equal(Prepared.Order(), findings[0].Checks.Select(check => check.Subject).Order());
        }
    }

    // Women: no men among them; fewer live with a husband than men with a wife, for whom the survey asked by household; they work fewer hours, are younger and more of one schooling.
    [InlineData("sex", "Female", "male married hours_per_week age education_num")]
    // Nobody below 51: that is the age; those went to school before it was long, most are married, and many work part-time or not.
    [InlineData("age", "51-90", "age education_num married hours_per_week")]
    // The thirties are the middle of the ages and have left part-time work behind; fewer dropped out of school than of the old, and more are married than of the young.
    [InlineData("age", "30-39", "age hours_per_week education_num married")]
    // Of black Americans in 1994 fewer were married, more were women, fewer managers, and the working week was nearer to 40 hours. Their ages are like all others'.
    [InlineData("race", "Black", "married hours_per_week male education_num managerial")]
    [Theory]
    public async Task Slice_AgainstTraining_DriftsInWhatOneKnowsOfIt(string column, string value, string expected)
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(2), Daily);
        await BaselineAsync(rig, Training);
        var at = Evaluation.At(column);
        var slice = value.Split('-') is [var low, var high]
            ? Evaluation.Where(row => int.Parse(row[at], CultureInfo.InvariantCulture) is var age && age >= int.Parse(low, CultureInfo.InvariantCulture) && age <= int.Parse(high, CultureInfo.InvariantCulture))
            : Evaluation.Where(row => row[at] == value);
        await AnswerAsync(rig, Day, slice);
        var finding = await rig.ScanAsync("feature-drift", Day.AddDays(1));

        var breached = finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).ToArray();
        Assert.Equal(expected, string.Join(' ', breached.Select(check => check.Subject)));
        Assert.StartsWith(breached[0].Subject, finding.Summary, StringComparison.Ordinal);
        Assert.All(finding.Checks.Where(check => check.Method == "KolmogorovSmirnov"), check =>
            Assert.Equal(PlainKolmogorov.Distance(Training.Numbers(check.Subject), slice.Numbers(check.Subject)), check.Statistic!.Value, 9));
    }

    [Fact]
    public async Task Women_AreSelectedLessOften_WhichTheModelsPredictionsShow()
    {
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(2), Daily);
        await BaselineAsync(rig, Training);
        await AnswerAsync(rig, Day, Evaluation.Where(row => row[Evaluation.At("sex")] == "Female"));
        var finding = await rig.ScanAsync("prediction-drift", Day.AddDays(1));

        // As the model's own card says: 5.85 % of the women and 24.5 % of the men of the evaluation, which of all in training makes 19 %.
        Assert.Equal(["label", "probability"], finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).Select(check => check.Subject).Order());
        var label = finding.Checks.Single(check => check.Subject == "label").Histograms!;
        var selected = label.Labels.ToList().IndexOf("1");
        Assert.Equal((0.19, 0.0585), (Math.Round(label.Reference[selected] / label.Reference.Sum(), 2), Math.Round(label.Current[selected] / label.Current.Sum(), 4)));
    }

    [Theory]
    [InlineData("Female")]
    [InlineData("Male")]
    [InlineData("")]
    public async Task DriftOfOneSlice_IsFoundInThatSlice_AgainstTheSameSliceOfTheBaseline(string planted)
    {
        const string BySex = """{"monitoring":{"monitors":{"feature-drift":{"segments":["sex"]}}}}""";
        await using var rig = new ScanRig(azurite.ConnectionString, Day.AddDays(2), BySex);
        await rig.BaselineAsync(1, Training.Csv([.. Prepared, "sex", "label"]), BaselineRoles.None with { Label = "label", Segments = ["sex"] });
        foreach (var sex in (string[])["Female", "Male"])
        {
            var part = Evaluation.Where(row => row[Evaluation.At("sex")] == sex);
            var longer = sex == planted ? part.With("hours_per_week", hours => (int.Parse(hours, CultureInfo.InvariantCulture) + 5).ToString(CultureInfo.InvariantCulture)) : part;
            await rig.WriteAsync(ScanRig.Version(1, Prepared), Day.AddHours(9), longer.Numbers(Prepared), new long[part.Rows.Length], new float[part.Rows.Length], new Dictionary<string, string> { ["sex"] = sex });
        }
        var finding = await rig.ScanAsync("feature-drift", Day.AddDays(1));

        // Women work fewer hours than men: against the whole baseline each slice would have drifted in many columns without anything planted.
        var breached = finding.Checks.Where(check => check.Verdict == FindingVerdict.Breached).Select(check => (check.Subject, check.Segment)).ToArray();
        Assert.Equal(planted.Length == 0 ? [] : [("hours_per_week", null), ("hours_per_week", $"sex={planted}")], breached);
        Assert.Equal(3 * Prepared.Length, finding.Checks.Count);
        Assert.All(finding.Checks.Where(check => check is { Segment: "sex=Female", Subject: not "male" }), check => Assert.Equal((10_771, 5_421), (check.ReferenceSize, check.CurrentSize)));
        // Among women nobody is male: nothing to compare, which is said and no alarm.
        Assert.Equal(["sex=Female", "sex=Male"], finding.Checks.Where(check => check.Verdict == FindingVerdict.NotComparable).Select(check => check.Segment!).Order());
    }

    private static Task BaselineAsync(ScanRig rig, Table people)
    {
        var (labels, probabilities) = Predicted(people);
        var rows = people.Rows.Select((row, at) => (string[])[.. row, labels[at].ToString(CultureInfo.InvariantCulture), probabilities[at].ToString("R", CultureInfo.InvariantCulture)]);
        return rig.BaselineAsync(1, new Table([.. people.Names, "predicted", "chance"], [.. rows]).Csv([.. Prepared, "predicted", "chance", "label"]),
            BaselineRoles.None with { Label = "label", Predictions = new Dictionary<string, string> { ["predicted"] = "label", ["chance"] = "probability" } });
    }

    // Near midnight, so that nothing is late.
    private static Task AnswerAsync(ScanRig rig, DateTimeOffset day, Table people)
    {
        var (labels, probabilities) = Predicted(people);
        return rig.WriteAsync(ScanRig.Version(1, Prepared), day.AddHours(23.9), people.Numbers(Prepared), labels, probabilities);
    }

    /// <summary>What the model in production says.</summary>
    private static (long[] Labels, float[] Probabilities) Predicted(Table people)
    {
        using var session = new InferenceSession(Table.Path(Path.Combine("models", "adult_champion.onnx")));
        using var input = OrtValue.CreateTensorValueFromMemory(people.Numbers(Prepared), [people.Rows.Length, Prepared.Length]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [session.InputNames[0]], [input], session.OutputNames);
        var probabilities = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        return (outputs[0].GetTensorDataAsSpan<long>().ToArray(), [.. probabilities.Where((_, at) => at % 2 == 1)]);
    }
}
