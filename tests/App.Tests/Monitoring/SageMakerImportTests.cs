using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Predictions;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Testing;

namespace Serverless.App.Tests.Monitoring;

/// <summary>Leaving SageMaker Model Monitor: its two files make a version watched here.</summary>
public sealed class SageMakerImportTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private const int Rows = 2_000;
    private static readonly string[] Features = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];
    private readonly Suite suite = new(azurite);

    public ValueTask InitializeAsync() => suite.InitializeAsync();

    public ValueTask DisposeAsync() => suite.DisposeAsync();

    [Fact]
    public async Task BothFiles_MakeABaselineAndAContract_ThatScansGoBy()
    {
        var from = await RegisterAsync();
        await PutAsync($"/models/{from}/versions/1/baseline?label=class&ignore=date,nswprice", await File.ReadAllBytesAsync(Suite.Data("elec2.csv.gz"), TestContext.Current.CancellationToken), HttpStatusCode.Created, "text/csv");
        var (statistics, constraints) = (await BytesAsync($"/models/{from}/versions/1/sagemaker/statistics"), await BytesAsync($"/models/{from}/versions/1/sagemaker/constraints"));

        var to = await RegisterAsync();
        var baseline = await PutAsync($"/models/{to}/versions/1/sagemaker/statistics", statistics, HttpStatusCode.Created);
        Assert.Equal(baseline.GetRawText(), (await PutAsync($"/models/{to}/versions/1/sagemaker/statistics", statistics, HttpStatusCode.OK)).GetRawText());
        await PutAsync($"/models/{to}/versions/1/sagemaker/statistics", [.. statistics, (byte)' '], HttpStatusCode.Conflict);
        await AssertSameAsync(from, to);

        // Constraints stand in the policy, and the audit trail.
        var policy = await PutAsync($"/models/{to}/versions/1/sagemaker/constraints", constraints, HttpStatusCode.OK);
        Assert.Equal(policy.GetRawText(), (await suite.GetAsync($"/models/{to}/policy")).GetRawText());
        Assert.Equal(("numeric", 0.0, true), (Contract("nswdemand", "type").GetString(), Contract("nswdemand", "minimum").GetDouble(), Contract("nswdemand", "required").GetBoolean()));
        Assert.Equal(JsonDocument.Parse(constraints).RootElement.GetRawText(), JsonDocument.Parse(await BytesAsync($"/models/{to}/versions/1/sagemaker/constraints")).RootElement.GetRawText());
        Assert.Contains("policy/versions/1", (await suite.GetAsync($"/models/{to}/audit")).GetRawText(), StringComparison.Ordinal);
        var problem = await PutAsync($"/models/{to}/versions/1/sagemaker/constraints", constraints, HttpStatusCode.PreconditionFailed, ifMatch: "\"r9-000000000000\"");
        Assert.EndsWith("precondition-failed", problem.GetProperty("type").GetString(), StringComparison.Ordinal);

        var (drift, quality) = await ScansAsync(ModelName.Parse(to));
        Assert.Equal(["vicprice"], drift.GetProperty("checks").EnumerateArray().Where(check => check.GetProperty("verdict").GetString() == "breached").Select(check => check.GetProperty("subject").GetString()));
        Assert.Equal("the baseline of version 1, rebuilt from SageMaker's statistics", drift.GetProperty("reference").GetString());
        Assert.Contains(quality.GetProperty("checks").EnumerateArray(), check => check.GetProperty("verdict").GetString() == "breached" && check.GetProperty("subject").GetString() == "vicprice" && check.GetProperty("check").GetString() == "range");

        JsonElement Contract(string column, string member) => policy.GetProperty("monitoring").GetProperty("contract").GetProperty(column).GetProperty(member);
    }

    [Theory]
    [InlineData("statistics", """{"version":0}""", "/features")]
    [InlineData("statistics", """{"features":[{"name":"day","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":-1,"num_missing":0}}}]}""", "/features/0/numerical_statistics/common")]
    [InlineData("statistics", """{"features":[{"name":"day","inferred_type":"Unknown"}]}""", "/features")]
    [InlineData("statistics", """{"features":[{"name":"colour","inferred_type":"String","string_statistics":{"common":{"num_present":2,"num_missing":0},"distribution":{"categorical":{"buckets":[{"value":"red","count":2}]}}}}]}""", "baseline")]
    [InlineData("constraints", """{"features":[{"name":"day","inferred_type":"Fractional","completeness":1.5}]}""", "/features/0/completeness")]
    [InlineData("constraints", "features: []", "/")]
    public async Task FilesThatAreWrong_AreRefused_AndSayWhere(string kind, string file, string where)
    {
        var problem = await PutAsync($"/models/{await RegisterAsync()}/versions/1/sagemaker/{kind}", System.Text.Encoding.UTF8.GetBytes(file), HttpStatusCode.BadRequest);
        Assert.Equal(where, problem.GetProperty("where").GetString());
    }

    [Fact]
    public async Task Constraints_FromManyAtOnce_AllStand()
    {
        var model = await RegisterAsync();
        await Task.WhenAll(Features.Select(feature => PutAsync($"/models/{model}/versions/1/sagemaker/constraints",
            JsonSerializer.SerializeToUtf8Bytes(new { features = new[] { new { name = feature, inferred_type = "Fractional", completeness = 0.5 } } }), HttpStatusCode.OK, ifMatch: "*")));
        Assert.Equal(Features.Order(), (await suite.GetAsync($"/models/{model}/policy")).GetProperty("monitoring").GetProperty("contract").EnumerateObject().Select(column => column.Name).Order());
    }

    [Fact]
    public async Task Columns_AreWhatTheQuerySays()
    {
        var model = await RegisterAsync();
        const string Feature = """{"name":"NAME","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":2,"num_missing":0},"distribution":{"kll":{"buckets":[{"lower_bound":0,"upper_bound":1,"count":2}]}}}}""";
        var file = System.Text.Encoding.UTF8.GetBytes($$"""{"features":[{{string.Join(',', ((string[])["day", "class", "score", "note"]).Select(name => Feature.Replace("NAME", name, StringComparison.Ordinal)))}}]}""");
        var baseline = await PutAsync($"/models/{model}/versions/1/sagemaker/statistics?label=class&prediction=score:label&ignore=note", file, HttpStatusCode.Created);
        Assert.Equal(["day feature day", "class label label", "score prediction label"], baseline.GetProperty("columns").EnumerateArray().Select(column => $"{column.GetProperty("name")} {column.GetProperty("role")} {column.GetProperty("watched")}"));
        Assert.Equal(["day"], baseline.GetProperty("contract").EnumerateObject().Select(column => column.Name));
        await PutAsync($"/models/{model}/versions/1/sagemaker/statistics?label=class", file, HttpStatusCode.Conflict);
        Assert.Equal("types", (await PutAsync($"/models/{model}/versions/1/sagemaker/statistics?types=day:categorical", file, HttpStatusCode.BadRequest)).GetProperty("where").GetString());
        Assert.Equal("target", (await PutAsync($"/models/{model}/versions/1/sagemaker/statistics?label=target", file, HttpStatusCode.BadRequest)).GetProperty("where").GetString());
    }

    [Fact]
    public async Task AVersionThatIsNone_IsNotFound()
    {
        var model = await RegisterAsync();
        foreach (var kind in (string[])["statistics", "constraints"])
            await PutAsync($"/models/{model}/versions/7/sagemaker/{kind}", """{"features":[{"name":"day","inferred_type":"Fractional","numerical_statistics":{"common":{"num_present":2,"num_missing":0},"distribution":{"kll":{"buckets":[{"lower_bound":0,"upper_bound":1,"count":2}]}}}}]}"""u8.ToArray(), HttpStatusCode.NotFound);
    }

    private async Task AssertSameAsync(string from, string to)
    {
        var before = (await suite.GetAsync($"/models/{from}/versions/1/baseline")).GetProperty("columns").EnumerateArray().ToDictionary(column => column.GetProperty("name").GetString()!);
        var after = (await suite.GetAsync($"/models/{to}/versions/1/baseline")).GetProperty("columns").EnumerateArray().ToDictionary(column => column.GetProperty("name").GetString()!);
        foreach (var feature in Features)
        {
            Assert.Equal(before[feature].GetProperty("rows").GetInt64(), after[feature].GetProperty("rows").GetInt64());
            double[] Quantiles(JsonElement column) => [.. column.GetProperty("quantiles").EnumerateArray().Select(quantile => quantile.GetDouble())];
            var (was, now) = (Quantiles(before[feature]), Quantiles(after[feature]));
            Assert.Equal((was[0], was[^1]), (now[0], now[^1]));
            // Of 45,312 values the file's sketch keeps some two thousand.
            Assert.All(was.Zip(now), pair => Assert.InRange(pair.Second, pair.First - 0.02, pair.First + 0.02));
        }
    }

    /// <summary>A day as the baseline was, but for prices that are a thousandfold.</summary>
    private async Task<(JsonElement Drift, JsonElement Quality)> ScansAsync(ModelName model)
    {
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var table = await Services.Tables.TableFile.OpenAsync(Suite.Data("elec2.csv.gz"), TestContext.Current.CancellationToken);
        var batches = await table.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var values = Features.Select(feature => batches.SelectMany(batch => ((Apache.Arrow.DoubleArray)batch.Column(feature)).Values.ToArray()).ToArray()).ToArray();
        var random = new Random(1);
        int[] rows = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(values[0].Length))];
        await using var log = new DirectLog(azurite.ConnectionString);
        var schema = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature(
            [new("features", ValueKind.Tensor, ElementType.Float, [new(null, "N"), new(Features.Length, null)])],
            [new("label", ValueKind.Tensor, ElementType.Int64, [new(null, "N")])]), Features, null, false), new LoggingPolicy());
        await log.WriteAsync(model, schema, today.AddDays(-1).AddHours(12), Rows, entry =>
        {
            entry.Tensor<float>(0, [.. rows.SelectMany(row => Enumerable.Range(0, Features.Length).Select(column => (float)(values[column][row] * (column == 3 ? 1000 : 1))))]);
            entry.Tensor<long>(1, new long[Rows]);
        });
        await log.Log.FlushAsync(TestContext.Current.CancellationToken);
        return (await ScanAsync(model, "feature-drift", today.AddDays(-1), today), await ScanAsync(model, "data-quality", today.AddHours(-12), today.AddHours(-11)));
    }

    private async Task<JsonElement> ScanAsync(ModelName model, string monitor, DateTimeOffset from, DateTimeOffset to)
    {
        var scan = await suite.SendAsync(HttpMethod.Post, $"/models/{model}/scans", new { monitor, from, to }, HttpStatusCode.Accepted);
        await SuiteCalls.UntilAsync("the scan is done", async () => (await suite.GetAsync($"/models/{model}/scans/{scan.GetProperty("id")}")).GetProperty("status").GetString() == "done");
        // The timer's scans find something, too, of windows of their own.
        var finding = (await suite.GetAsync($"/models/{model}/findings?monitor={monitor}")).GetProperty("items").EnumerateArray().First(item => item.GetProperty("window").GetProperty("from").GetDateTimeOffset() == from);
        return await suite.GetAsync($"/models/{model}/findings/{finding.GetProperty("id").GetString()}");
    }

    private Task<string> RegisterAsync() => suite.RegisterAsync("elec2_rf50", new { featureNames = Features });

    private async Task<byte[]> BytesAsync(string path) => await suite.App.Client.GetByteArrayAsync(path, TestContext.Current.CancellationToken);

    private async Task<JsonElement> PutAsync(string path, byte[] body, HttpStatusCode expected, string type = "application/json", string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } } };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await suite.App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
