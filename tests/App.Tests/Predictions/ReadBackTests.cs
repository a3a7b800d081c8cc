using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.App.Tests.Predictions;

/// <summary>Predictions read back over HTTP in every form.</summary>
public sealed class ReadBackTests(Suite suite) : IClassFixture<Suite>
{
    private static readonly string[] Features = ["a", "b", "c", "d"];
    private readonly LoggedRows logged = new(suite);

    [Fact]
    public async Task Window_InEveryForm_HoldsTheSameRows()
    {
        var (model, ids) = await PredictAsync(30);
        const string Query = "columns=id,time,status,input_a,output_label,entity_customer,correlation_id";
        var lines = await LinesAsync($"/models/{model}/predictions?{Query}");
        Assert.Equal(ids, lines.Select(line => PredictionId.Parse(line.GetProperty("id").GetString())));
        Assert.Equal(ids.Select((_, row) => (float)row), lines.Select(line => line.GetProperty("input_a").GetSingle()));
        Assert.All(lines, line => Assert.Equal(("comma, \"quote\"", 200, JsonValueKind.Null),
            (line.GetProperty("entity_customer").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("correlation_id").ValueKind)));
        Assert.All(ids.Zip(lines), pair => Assert.Equal(pair.First.Time, pair.Second.GetProperty("time").GetDateTimeOffset()));

        using var csv = await GetAsync($"/models/{model}/predictions?{Query}", "text/csv");
        var rows = (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("id,time,status,input_a,output_label,entity_customer,correlation_id", rows[0]);
        Assert.Equal(lines.Select(line => $"{line.GetProperty("id")},{line.GetProperty("time")},200,{line.GetProperty("input_a")},{line.GetProperty("output_label")},\"comma, \"\"quote\"\"\","), rows[1..]);

        using var arrow = await GetAsync($"/models/{model}/predictions?{Query}", "application/vnd.apache.arrow.stream");
        using var reader = new ArrowStreamReader(await arrow.Content.ReadAsStreamAsync());
        var read = new List<(PredictionId, float)>();
        while (await reader.ReadNextRecordBatchAsync() is { } batch)
            for (var row = 0; row < batch.Length; row++) read.Add((PredictionId.Parse(((StringArray)batch.Column("id")).GetString(row)), ((FloatArray)batch.Column("input_a")).Values[row]));
        Assert.Equal(ids.Select((id, row) => (id, (float)row)), read);
    }

    [Fact]
    public async Task Pages_WhileRowsArrive_HoldEachRowOnce()
    {
        var (model, first) = await PredictAsync(25);
        var seen = new List<PredictionId>();
        var next = $"/models/{model}/predictions?columns=id&pageSize=7&to={Uri.EscapeDataString(TimeProvider.System.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture))}";
        var later = new List<PredictionId>();
        while (next is not null)
        {
            using var page = await GetAsync(next, "application/x-ndjson");
            seen.AddRange((await page.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => PredictionId.Parse(JsonDocument.Parse(line).RootElement.GetProperty("id").GetString())));
            next = page.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            if (later.Count == 0) later.AddRange((await PredictMoreAsync(model, 4, 29)));
        }
        Assert.Equal(first.Concat(later), seen);
    }

    [Fact]
    public async Task Pages_WhileHoursAreCompactedAndRowsArrive_HoldEachRowOnce()
    {
        const int Hours = 4, RowsAnHour = 60, Changes = 20;
        var model = await logged.RegisterAsync("iris_lr", new { });
        await using var log = new DirectLog(suite.Storage);
        var start = PredictionPaths.HourOf(TimeProvider.System.GetUtcNow()).AddHours(-Hours);
        var written = new List<PredictionId>();
        for (var row = 0; row < Hours * RowsAnHour; row++) await WriteAsync(start.AddMinutes(row));
        await log.Log.FlushAsync(default);
        var seen = new List<PredictionId>();
        var next = $"/models/{model}/predictions?columns=id,status&pageSize=7&from={start:yyyy-MM-ddTHH}:00:00Z&to={start.AddHours(Hours + 1):yyyy-MM-ddTHH}:00:00Z";
        for (var pages = 0; next is not null; pages++)
        {
            // While the page is read, its hour and the last one, where rows arrive, are compacted.
            var change = pages < Changes ? ChangeAsync(pages) : Task.CompletedTask;
            using var page = await GetAsync(next, "application/x-ndjson");
            seen.AddRange((await page.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => PredictionId.Parse(JsonDocument.Parse(line).RootElement.GetProperty("id").GetString())));
            next = page.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            await change;
        }
        Assert.Equal((Hours * RowsAnHour) + Changes, written.Count);
        Assert.Equal(written, seen);

        async Task ChangeAsync(int page)
        {
            await WriteAsync(start.AddHours(Hours).AddSeconds(page));
            await log.Log.FlushAsync(default);
            await log.CompactAsync(model, start.AddHours(page * 7 / RowsAnHour));
            await log.CompactAsync(model, start.AddHours(Hours));
        }

        async Task WriteAsync(DateTimeOffset at) => written.Add(await log.WriteAsync(model, Plain, at, 1, _ => { }));
    }

    private static PredictionSchema Plain { get; } = PredictionSchema.Of(new(1, Digest.Of(new byte[32]), 1, new Signature([], []), null, null, false), new());

    [Fact]
    public async Task Filters_ByVersionStatusRouteAndTime_LeaveTheirRows()
    {
        var (model, _) = await PredictAsync(3);
        await logged.AskAsync($"/models/{model}/predict", """{"rows":[{"a":1}]}""", 1, HttpStatusCode.BadRequest);
        await logged.AskAsync($"/models/{model}/predict?version=1", Rows(1), 1);
        await logged.ReadAsync(model, 5);
        Assert.Equal(5, await CountAsync(model, ""));
        Assert.Equal(1, await CountAsync(model, "status=400"));
        Assert.Equal(1, await CountAsync(model, "route=named"));
        Assert.Equal(3, await CountAsync(model, "route=champion&status=200&version=1"));
        Assert.Equal(0, await CountAsync(model, "version=2"));
        Assert.Equal(0, await CountAsync(model, "from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z"));
        Assert.Equal(5, await CountAsync(model, "from=2020-01-01"));
    }

    [Fact]
    public async Task Ids_AskedFor_ComeWithTheirTruth()
    {
        var (model, ids) = await PredictAsync(120);
        using var labels = await suite.App.Client.PostAsJsonAsync($"/models/{model}/labels", new { items = new[] { new { id = $"{ids[0]}:3", label = "virginica" } } });
        using var outcomes = await suite.App.Client.PostAsJsonAsync($"/models/{model}/outcomes", new { items = new[] { new { id = ids[110].ToString(), name = "revenue", value = 7.5 } } });
        var lines = await LinesAsync($"/models/{model}/predictions?id={ids[0]}:3,{ids[110]}&columns=input_a&labels=true&outcomes=revenue");
        Assert.Equal([3f, 110f], lines.Select(line => line.GetProperty("input_a").GetSingle()));
        Assert.Equal(["virginica", null], lines.Select(line => line.GetProperty("label").GetString()));
        Assert.Equal([null, "7.5"], lines.Select(line => line.GetProperty("outcome_revenue").GetString()));
        Assert.False(lines[0].TryGetProperty("id", out _));
    }

    [Theory]
    [InlineData("colour=red", "colour", 400)]
    [InlineData("from=yesterday", "from", 400)]
    [InlineData("from=2026-02-01&to=2026-01-01", "from", 400)]
    [InlineData("columns=id,nothing", "columns", 400)]
    [InlineData("columns=id,,time", "columns", 400)]
    [InlineData("pageSize=0", "pageSize", 400)]
    [InlineData("pageSize=10001", "pageSize", 400)]
    [InlineData("pageToken=AAAA", "pageToken", 400)]
    [InlineData("id=7", "id", 400)]
    [InlineData("id=01a0c450-6c00-7137-b2a7-31aed4075f94&version=1", "version", 400)]
    [InlineData("id=01a0c450-6c00-7137-b2a7-31aed4075f94", "id", 404)]
    public async Task Query_ThatAsksForNothing_SaysWhatIsWrong(string query, string where, int status)
    {
        var (model, _) = await PredictAsync(1);
        using var answer = await suite.App.Client.GetAsync($"/models/{model}/predictions?{query}");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, where), ((int)answer.StatusCode, problem.GetProperty("where").GetString()));
    }

    [Fact]
    public async Task Token_OfAnotherWindow_IsRefusedAndSoIsAnUnknownForm()
    {
        var (model, _) = await PredictAsync(5);
        using var page = await GetAsync($"/models/{model}/predictions?pageSize=2", "*/*");
        var token = page.Headers.GetValues("x-next-page-token").Single();
        using var other = await suite.App.Client.GetAsync($"/models/{model}/predictions?pageSize=2&status=200&pageToken={token}");
        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/models/{model}/predictions") { Headers = { { "Accept", "image/png, text/csv;q=0" } } };
        using var form = await suite.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotAcceptable, form.StatusCode);
        using var remaining = await GetAsync($"/models/{model}/predictions", "*/*, application/x-ndjson;q=0, application/json;q=0, application/jsonl;q=0");
        Assert.Equal("text/csv", remaining.Content.Headers.ContentType?.MediaType);
    }

    private async Task<(ModelName Model, List<PredictionId> Ids)> PredictAsync(int rows)
    {
        var model = await logged.RegisterAsync("iris_lr", new { featureNames = Features });
        return (model, await PredictMoreAsync(model, rows, rows));
    }

    private async Task<List<PredictionId>> PredictMoreAsync(ModelName model, int rows, int total)
    {
        var (ids, _) = await logged.AskAsync($"/models/{model}/predict", Rows(rows), rows);
        await logged.ReadAsync(model, total);
        return ids;
    }

    private static string Rows(int rows) => JsonSerializer.Serialize(new
    {
        rows = Enumerable.Range(0, rows).Select(row => new { a = row, b = 3.5, c = 1.4, d = 0.2 }),
        entities = new { customer = "comma, \"quote\"" },
    });

    private async Task<int> CountAsync(ModelName model, string query) => (await LinesAsync($"/models/{model}/predictions?columns=id&{query}".TrimEnd('&'))).Count;

    private async Task<List<JsonElement>> LinesAsync(string path)
    {
        using var answer = await GetAsync(path, "application/x-ndjson");
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, path)) { Headers = { { "Accept", accept } } };
        var answer = await suite.App.Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }
}
