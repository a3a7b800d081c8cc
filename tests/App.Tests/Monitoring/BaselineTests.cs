using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp.Arrow;
using Serverless.Services.Tables;

namespace Serverless.App.Tests.Monitoring;

/// <summary>Baselines over HTTP: real tables in every form, the version's own log, and nonsense.</summary>
public sealed class BaselineTests(Suite suite) : IClassFixture<Suite>
{
    private static readonly string[] ElecFeatures = ["day", "period", "nswdemand", "vicprice", "vicdemand", "transfer"];

    [Fact]
    public async Task Elec2_AsCsvParquetAndArrow_IsOneBaseline()
    {
        var table = await TableFile.OpenAsync(Suite.Data("elec2.csv.gz"), TestContext.Current.CancellationToken);
        var batches = await table.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var documents = new List<JsonElement>
        {
            await PutAsync(await RegisterAsync(), "text/csv", await File.ReadAllBytesAsync(Suite.Data("elec2.csv.gz"), TestContext.Current.CancellationToken), HttpStatusCode.Created),
            await PutAsync(await RegisterAsync(), "application/vnd.apache.parquet", Parquet(batches), HttpStatusCode.Created),
            await PutAsync(await RegisterAsync(), "application/vnd.apache.arrow.stream", Arrow(batches), HttpStatusCode.Created),
        };
        Assert.All(documents, document => Assert.Equal(documents[0].GetProperty("columns").GetRawText(), document.GetProperty("columns").GetRawText()));
        AssertElec(documents[0]);
    }

    [Fact]
    public async Task Baseline_Again_IsTheSame_AndAnother_IsAConflict()
    {
        var model = await RegisterAsync();
        var first = await PutAsync(model, "text/csv", Csv("day,period\n1,0.5\n2,0.25\n"), HttpStatusCode.Created);
        Assert.Equal(first.GetRawText(), (await PutAsync(model, "text/csv", Csv("day,period\n1,0.5\n2,0.25\n"), HttpStatusCode.OK)).GetRawText());
        Assert.Contains("conflict", (await PutAsync(model, "text/csv", Csv("day,period\n1,0.5\n"), HttpStatusCode.Conflict)).GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal(["nswdemand", "vicprice", "vicdemand", "transfer"], first.GetProperty("missingFeatures").EnumerateArray().Select(name => name.GetString()));
        using var answer = await suite.App.Client.GetAsync($"/models/{model}/versions/1/baseline", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/models/{model}/versions/1/baseline");
        request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var again = await suite.App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (answer.StatusCode, again.StatusCode));
    }

    [Fact]
    public async Task Census_WithRolesAndTypes_IsReadAsStated()
    {
        var model = await RegisterAsync("adult_mixed_lr");
        var header = "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country,income\n";
        using var zip = new GZipStream(File.OpenRead(Suite.Data("adult_raw.csv.gz")), CompressionMode.Decompress);
        using var rows = new StreamReader(zip);
        var body = Csv(header + await rows.ReadToEndAsync(TestContext.Current.CancellationToken));
        var document = await PutAsync(model, "text/csv", body, HttpStatusCode.Created, "?label=income&segments=sex,race&ignore=fnlwgt&types=education_num:categorical");
        var columns = document.GetProperty("columns").EnumerateArray().ToDictionary(column => column.GetProperty("name").GetString()!);
        Assert.Equal(("numeric", "feature"), Kind("age"));
        Assert.Equal(("categorical", "feature"), Kind("education_num"));
        Assert.Equal(("categorical", "segment"), Kind("sex"));
        Assert.Equal(("categorical", "label"), Kind("income"));
        Assert.DoesNotContain("fnlwgt", columns.Keys);
        var segments = document.GetProperty("segments").EnumerateArray().ToDictionary(segment => segment.GetProperty("key").GetString()!);
        Assert.Equal(["race", "sex"], segments.Keys.Order());
        Assert.Equal(5, segments["race"].GetProperty("distinct").GetInt32());
        Assert.Equal((10_771, 21_790), (segments["sex"].GetProperty("values").GetProperty(" Female").GetInt32(), segments["sex"].GetProperty("values").GetProperty(" Male").GetInt32()));
        Assert.Equal(16, columns["education_num"].GetProperty("distinct").GetInt32());
        var contract = document.GetProperty("contract");
        Assert.Equal(0, contract.GetProperty("capital_gain").GetProperty("minimum").GetDouble());
        var statistics = (await suite.GetAsync($"/models/{model}/versions/1/sagemaker/statistics")).GetProperty("features").EnumerateArray().ToDictionary(feature => feature.GetProperty("name").GetString()!);
        Assert.Equal(("Integral", 17.0, 90.0), (statistics["age"].GetProperty("inferred_type").GetString(), statistics["age"].GetProperty("numerical_statistics").GetProperty("min").GetDouble(), statistics["age"].GetProperty("numerical_statistics").GetProperty("max").GetDouble()));
        Assert.Equal("String", statistics["workclass"].GetProperty("inferred_type").GetString());
        var constraints = (await suite.GetAsync($"/models/{model}/versions/1/sagemaker/constraints")).GetProperty("features").EnumerateArray().ToDictionary(feature => feature.GetProperty("name").GetString()!);
        Assert.True(constraints["age"].GetProperty("num_constraints").GetProperty("is_non_negative").GetBoolean());
        Assert.Contains(" Private", contract.GetProperty("workclass").GetProperty("categories").EnumerateArray().Select(label => label.GetString()));

        (string?, string?) Kind(string name) => (columns[name].GetProperty("type").GetString(), columns[name].GetProperty("role").GetString());
    }

    [Fact]
    public async Task BadRows_AreCountedAndSampled_TheOthersCount()
    {
        var rows = string.Concat(Enumerable.Range(0, 200).Select(row => row switch { 7 => "1\n", 9 => "a,b,c\n", 50 => "oops,1\n", 60 => ",NaN\n", _ => $"{row},{row * 0.5}\n" }));
        var document = await PutAsync(await RegisterAsync(), "text/csv", Csv("day,period\n" + rows), HttpStatusCode.Created);
        Assert.Equal((2, 198), (document.GetProperty("badRows").GetInt32(), document.GetProperty("rows").GetInt32()));
        Assert.Equal(["line 9: 1 cells where the header has 2", "line 11: 3 cells where the header has 2", "column day: 1 cells are no numbers and count as missing"],
            document.GetProperty("badSamples").EnumerateArray().Select(sample => sample.GetString()));
        var columns = document.GetProperty("columns").EnumerateArray().ToArray();
        Assert.Equal((2, 1), (columns[0].GetProperty("missing").GetInt32(), columns[1].GetProperty("notANumber").GetInt32()));
    }

    [Theory]
    [InlineData("", "", "empty")]
    [InlineData("day,period\n", "", "no row")]
    [InlineData("day,day\n1,2\n", "", "two columns \"day\"")]
    [InlineData("this,that\n1,2\n", "", "none of the version")]
    [InlineData("day,period\n1,2\n", "?label=truth", "no column \"truth\"")]
    [InlineData("day,period\n1,2\n", "?types=day:colour", "is no type")]
    [InlineData("PAR1 nothing of the kind PAR1", "", "cannot be read")]
    [InlineData("ARROW1 nothing of the kind", "", "cannot be read")]
    public async Task Nonsense_IsNamed(string body, string query, string said)
    {
        var problem = await PutAsync(await RegisterAsync(), "application/octet-stream", Csv(body), HttpStatusCode.BadRequest, query);
        Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_AreKeptAsTheLogKeepsThem_In32Bits()
    {
        var document = await PutAsync(await RegisterAsync(), "text/csv", Csv("day,period,note\n0.1,0.3,0.1\n0.1,0.3,0.1\n"), HttpStatusCode.Created);
        Assert.Equal([0.1f, 0.3f, 0.1], document.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("quantiles")[4].GetDouble()));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.999)]
    public async Task AZippedTableThatIsCutOff_IsNotAShorterOne(double share)
    {
        var whole = await File.ReadAllBytesAsync(Suite.Data("elec2.csv.gz"), TestContext.Current.CancellationToken);
        var problem = await PutAsync(await RegisterAsync(), "application/gzip", whole[..(int)(whole.Length * share)], HttpStatusCode.BadRequest);
        Assert.Contains("cannot be read", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AQuotationMarkThatIsNeverClosed_IsNamed()
    {
        var problem = await PutAsync(await RegisterAsync(), "text/csv", Csv("day,period\n1,\"" + string.Concat(Enumerable.Repeat("2,3\n", 1 << 19))), HttpStatusCode.BadRequest);
        Assert.Contains("cannot be read: a cell is longer than 1048576 characters", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownModelsVersionsAndBaselines_AreNotFound()
    {
        var model = await RegisterAsync();
        await suite.SendAsync(HttpMethod.Get, $"/models/{model}/versions/1/baseline", null, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Get, $"/models/{model}/versions/9/baseline", null, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Put, "/models/nobody/versions/1/baseline", new { from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z" }, HttpStatusCode.NotFound);
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/versions/1/baseline", new { from = "2026-01-01T00:00:00Z", to = "2026-01-02T00:00:00Z" }, HttpStatusCode.BadRequest);
        await suite.SendAsync(HttpMethod.Put, $"/models/{model}/versions/1/baseline", new { from = "2026-01-03T00:00:00Z", to = "2026-01-02T00:00:00Z" }, HttpStatusCode.BadRequest);
    }

    private static void AssertElec(JsonElement document)
    {
        Assert.Equal(45_312, document.GetProperty("rows").GetInt32());
        using var zip = new GZipStream(File.OpenRead(Suite.Data("elec2.csv.gz")), CompressionMode.Decompress);
        using var rows = new StreamReader(zip);
        var names = rows.ReadLine()!.Split(',');
        var values = new List<double[]>();
        while (rows.ReadLine() is { } line) values.Add([.. line.Split(',').Select(cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))]);
        foreach (var column in document.GetProperty("columns").EnumerateArray())
        {
            // Features are kept as the model takes them and the log keeps them: in 32 bits.
            var name = column.GetProperty("name").GetString()!;
            double[] own = [.. values.Select(row => row[System.Array.IndexOf(names, name)]).Select(value => ElecFeatures.Contains(name) ? (float)value : value).Order()];
            Assert.Equal(own.Average(), column.GetProperty("mean").GetDouble(), 1e-9);
            Assert.Equal((own[0], own[^1]), (column.GetProperty("quantiles")[0].GetDouble(), column.GetProperty("quantiles")[8].GetDouble()));
            Assert.Equal(own.Distinct().Count(), column.GetProperty("distinct").GetInt32());
        }
    }

    private Task<string> RegisterAsync(string file = "elec2_rf50") => suite.RegisterAsync(file, file == "elec2_rf50" ? new { featureNames = ElecFeatures } : new { });

    private async Task<JsonElement> PutAsync(string model, string type, byte[] body, HttpStatusCode expected, string query = "")
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var answer = await suite.App.Client.PutAsync($"/models/{model}/versions/1/baseline{query}", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static byte[] Csv(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Arrow(List<RecordBatch> batches)
    {
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, batches[0].Schema, leaveOpen: true))
        {
            foreach (var batch in batches) writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        return stream.ToArray();
    }

    private static byte[] Parquet(List<RecordBatch> batches)
    {
        using var stream = new MemoryStream();
        using (var writer = new FileWriter(stream, batches[0].Schema, null, null, leaveOpen: true))
        {
            foreach (var batch in batches) writer.WriteRecordBatch(batch);
            writer.Close();
        }
        return stream.ToArray();
    }
}
