using System.Text;
using Serverless.Core.Problems;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.Services.Tests.Predictions.Truth;

public sealed class DocumentTests(AzuriteFixture azurite)
{
    private static readonly PredictionId Id = TruthRig.NewId();

    [Theory]
    [InlineData("\"iris\"", TruthType.String, "iris")]
    [InlineData("\"1.0\"", TruthType.String, "1.0")]
    [InlineData("\"\"", TruthType.String, "")]
    [InlineData("1", TruthType.Number, "1")]
    [InlineData("1.0", TruthType.Number, "1")]
    [InlineData("1e2", TruthType.Number, "100")]
    [InlineData("-0", TruthType.Number, "0")]
    [InlineData("-0.0", TruthType.Number, "0")]
    [InlineData("0.1", TruthType.Number, "0.1")]
    [InlineData("1E-7", TruthType.Number, "1E-07")]
    [InlineData("9007199254740993", TruthType.Number, "9007199254740993")]
    [InlineData("-9223372036854775808", TruthType.Number, "-9223372036854775808")]
    [InlineData("12345678901234567890123", TruthType.Number, "1.2345678901234568E+22")]
    [InlineData("true", TruthType.Boolean, "true")]
    [InlineData("false", TruthType.Boolean, "false")]
    public async Task Label_OfEachType_IsKeptAsTyped(string json, TruthType type, string text)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var answer = await rig.PostAsync(rig.Service(), TruthKind.Labels, $$"""{"items":[{"id":"{{Id}}","label":{{json}},"time":"2025-03-05T12:00:00Z"}]}""");
        Assert.Empty(answer.Rejected);
        var row = Assert.Single(await rig.Reader.HistoryAsync(TruthKind.Labels, rig.Model, Id, new(), default));
        Assert.Equal(new TruthValue(type, text), row.Value);
    }

    [Fact]
    public async Task Document_WithBadItems_TakesTheOthers()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        string[] bad =
        [
            "7", "null", "[]", "{}", """{"label":1}""", """{"id":5,"label":1}""", """{"id":"x","label":1}""",
            $$"""{"id":"{{Guid.Parse("b8a3c1f0-1111-4222-8333-444455556666")}}","label":1}""", $$"""{"id":"{{Id}}:1048576","label":1}""",
            $$"""{"id":"{{Id}}"}""", $$"""{"id":"{{Id}}","label":null}""", $$"""{"id":"{{Id}}","label":[1]}""", $$"""{"id":"{{Id}}","label":1e999}""",
            $$"""{"id":"{{Id}}","label":"{{new string('x', 1025)}}"}""", $$"""{"id":"{{Id}}","label":"\ud800"}""", $$"""{"id":"{{Id}}","label":1,"lable":2}""",
            $$"""{"id":"{{Id}}","label":1,"time":"yesterday"}""", $$"""{"id":"{{Id}}","label":1,"time":"2025-03-05T12:00:00"}""", $$"""{"id":"{{Id}}","label":1,"time":"2025-02-30T12:00:00Z"}""",
            $$"""{"id":"{{Id}}","label":1,"time":1741176000}""", $$"""{"id":"{{Id}}","label":1,"time":"9999-01-01T00:00:00Z"}""", $$"""{"id":"{{Id}}","label":1,"name":"n"}""",
            $$"""{"id":"{{TruthRig.NewId(new(2999, 1, 1, 0, 0, 0, TimeSpan.Zero))}}","label":1}""",
        ];
        var good = $$"""{"id":"{{Id}}","label":"kept"}""";
        var answer = await rig.PostAsync(rig.Service(), TruthKind.Labels, $$"""{"items":[{{string.Join(',', bad)}},{{good}}]}""");
        Assert.Equal(Enumerable.Range(0, bad.Length), answer.Rejected.Select(item => item.Index));
        Assert.Equal((1, 0, 1), (answer.Accepted, answer.Duplicates, answer.Unknown));
        Assert.Equal("x", answer.Rejected[6].Id);
        Assert.Null(answer.Rejected[0].Id);
        Assert.Contains(" kept ", Assert.Single(await rig.ReadAsync(history: true)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("[]", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{}", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":{}}", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":[]}x", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":[],\"model\":1}", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":[{\"id\":1,\"id\":2}]}", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":[[[[[[[[[]]]]]]]]]}", "application/json", ProblemKind.InvalidRequest)]
    [InlineData("{\"items\":[]}", "text/plain", ProblemKind.UnsupportedMediaType)]
    [InlineData("", "text/csv", ProblemKind.InvalidRequest)]
    [InlineData("id\nx", "text/csv", ProblemKind.InvalidRequest)]
    [InlineData("id,label,label\nx,1,2", "text/csv", ProblemKind.InvalidRequest)]
    [InlineData("id,label,extra\nx,1,2", "text/csv", ProblemKind.InvalidRequest)]
    public async Task Document_ThatDoesNotRead_IsAProblem(string body, string type, ProblemKind kind)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => rig.PostAsync(rig.Service(), TruthKind.Labels, body, type));
        Assert.Equal(kind, problem.Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Document_WithTenThousandItems_IsTakenAndWithOneMoreRefused(bool csv)
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        Assert.Equal(10_000, (await PostAsync(rig, 10_000, csv)).Accepted);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => PostAsync(rig, 10_001, csv));
        Assert.Equal((ProblemKind.InvalidRequest, 10_000), (problem.Kind, (await rig.ReadAsync()).Count));
    }

    [Fact]
    public async Task Table_WithBadRows_TakesTheOthers()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        PredictionId[] ids = [.. Enumerable.Range(0, 6).Select(Id.ForRow)];
        var answer = await rig.PostAsync(rig.Service(), TruthKind.Labels, $""""
            label,time,id
            1.50,2025-03-05 12:00:00+00:00,{ids[0]}
            "Iris, ""setosa""",2025-03-05T12:00:00Z,{ids[1]}
            true,,not an id
            007,2025-03-05T12:00:00Z,{ids[2]}
            1,2
            ,2025-03-05T12:00:00Z,{ids[3]}
            no"w,2025-03-05T12:00:00Z,{ids[3]}

            true,2025-03-05T12:00:00Z,{ids[4]}
            x,never,{ids[5]}
            """".ReplaceLineEndings("\r\n"), "text/csv; charset=utf-8");
        Assert.Equal([2, 4, 5, 6, 8], answer.Rejected.Select(item => item.Index));
        var noon = new DateTimeOffset(2025, 3, 5, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [
                TruthRig.Line(ids[0], "1.5", noon, TruthType.Number), TruthRig.Line(ids[1], "Iris, \"setosa\"", noon),
                TruthRig.Line(ids[2], "007", noon), TruthRig.Line(ids[4], "true", noon, TruthType.Boolean),
            ], await rig.ReadAsync());
    }

    [Fact]
    public async Task Table_OfOutcomes_IsTaken()
    {
        await using var rig = await TruthRig.StartAsync(azurite.ConnectionString);
        var answer = await rig.PostAsync(rig.Service(), TruthKind.Outcomes, $"\uFEFFid,name,value\n{Id},revenue,12.5\n{Id},plan,gold\n{Id},,1\n", "text/csv");
        Assert.Equal((2, 2), (answer.Accepted, Assert.Single(answer.Rejected).Index));
        Assert.Equal(["plan String gold", "revenue Number 12.5"], (await rig.ReadAsync(TruthKind.Outcomes)).Select(line => string.Join(' ', line.Split(' ')[1..4])));
    }

    private static Task<TruthAnswer> PostAsync(TruthRig rig, int count, bool csv)
    {
        var ids = Enumerable.Range(0, count).Select(row => Id.ForRow(row).ToString());
        var body = csv
            ? ids.Aggregate(new StringBuilder("id,label,time\n"), (text, id) => text.Append(id).Append(",1,2025-03-05T12:00:00Z\n")).ToString()
            : $$"""{"items":[{{string.Join(',', ids.Select(id => $$"""{"id":"{{id}}","label":1,"time":"2025-03-05T12:00:00Z"}"""))}}]}""";
        return rig.PostAsync(rig.Service(), TruthKind.Labels, body, csv ? "text/csv" : "application/json");
    }
}
