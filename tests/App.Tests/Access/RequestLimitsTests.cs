using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.OpenApi;
using Serverless.App.Tests.Faults;
using Serverless.App.Tests.Fuzz;
using Serverless.Testing;

namespace Serverless.App.Tests.Access;

/// <summary>What is refused before it is parsed: of every route that takes a body, and of heads by the server.</summary>
public sealed class RequestLimitsTests(RequestLimitsTests.Served served) : IClassFixture<RequestLimitsTests.Served>
{
    /// <summary>Larger than any document that is taken as JSON; no more is ever sent of it than its head.</summary>
    private const int StatedLength = 100 << 20;

    // They look for what the path names first, which is not there: nothing is read.
    private static readonly string[] LookFirst = ["PostVerdict", "SilenceAlert"];

    private readonly AppProcess app = served.App;

    [Fact]
    public async Task Document_OfTooGreatALength_IsRefusedByEveryRouteBeforeItComes() =>
        await AssertEveryRouteAsync((_, method, path) => Encoding.ASCII.GetBytes($"{Head(method, path)}Content-Length: {StatedLength}\r\n\r\n"), 413);

    [Fact]
    public async Task Document_WithoutALengthThatGrowsTooGreat_IsRefusedByEveryRoute()
    {
        var spaces = new byte[65 << 20];
        spaces.AsSpan().Fill((byte)' ');
        await AssertEveryRouteAsync((function, method, path) => [.. Encoding.ASCII.GetBytes($"{Head(method, path)}Transfer-Encoding: chunked\r\n\r\n{Beyond(function):x}\r\n"), .. spaces.AsSpan(0, Beyond(function)), .. "\r\n0\r\n\r\n"u8], 413);
    }

    [Fact]
    public async Task Document_OfAHundredThousandBrackets_IsRefusedByEveryRoute()
    {
        // What is asked of the repository has 4 KiB.
        static int Deep(string function) => function == "IndexRepository" ? 4_000 : 100_000;
        await AssertEveryRouteAsync((function, method, path) => Encoding.ASCII.GetBytes($"{Head(method, path)}Content-Length: {Deep(function)}\r\n\r\n{new string('[', Deep(function))}"), 400);
    }

    [Theory]
    [InlineData("model", 17, 10)]
    [InlineData("model", 1, 20_000)]
    [InlineData("other", 1, 10)]
    [InlineData("metadata", 1, 10)]
    public async Task Form_OfTooManyHeadersOrAPartThatIsNone_IsRefused(string part, int headers, int length)
    {
        var more = string.Concat(Enumerable.Range(0, headers).Select(index => $"x-{index}: {new string('h', length)}\r\n"));
        // A document twice is as wrong as one that nobody knows.
        var first = part == "metadata" ? "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n" : "";
        var form = $"{first}--b\r\nContent-Disposition: form-data; name=\"{part}\"\r\n{more}\r\n{{}}\r\n--b--\r\n";
        await AssertFormAsync("b", form);
    }

    [Fact]
    public Task Form_OfATooLongBoundary_IsRefused() => AssertFormAsync(new string('b', 71), "");

    [Theory]
    [InlineData("GET", 9_000, 0, 0, 414)]
    [InlineData("GET", 0, 1, 40_000, 431)]
    [InlineData("GET", 0, 120, 10, 431)]
    public async Task Head_ThatIsTooLarge_IsRefusedByTheServer(string method, int query, int headers, int length, int status)
    {
        using var connection = new WireConnection(app.Address);
        var more = string.Concat(Enumerable.Range(0, headers).Select(index => $"x-{index}: {new string('h', length)}\r\n"));
        var answer = await connection.SendAsync(Encoding.ASCII.GetBytes($"{method} /models?q={new string('q', query)} HTTP/1.1\r\nHost: a\r\n{more}\r\n"));
        Assert.Equal(status, answer.Status);
        Assert.True(answer.Closes);
    }

    // Documents have 4 MiB; what has rows more, and monitoring files most.
    private static int Beyond(string function) => function switch
    {
        "Infer" or "InferVersion" or "Predict" or "PredictV1" or "Invoke" or "PostLabels" or "PostOutcomes" => 17 << 20,
        "PutSageMakerStatistics" or "PutSageMakerConstraints" => 65 << 20,
        _ => 5 << 20,
    };

    private static string Head(string method, string path) => $"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

    private async Task AssertFormAsync(string boundary, string form)
    {
        using var connection = new WireConnection(app.Address);
        var answer = await connection.SendAsync(Encoding.ASCII.GetBytes($"POST /models/limited/versions HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {form.Length}\r\n\r\n{form}"));
        Assert.Equal((400, "application/problem+json"), (answer.Status, answer.Type));
    }

    private async Task AssertEveryRouteAsync(Func<string, string, string, byte[]> request, int status)
    {
        var wrong = new List<string>();
        foreach (var (function, method, path) in served.Routes)
        {
            using var connection = new WireConnection(app.Address);
            var answer = await connection.SendAsync(request(function, method, path), WireEnd.Closes);
            if (answer.Status != (LookFirst.Contains(function) ? 404 : status) || answer.Body.Length == 0) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{function}: {answer.Status} {answer.Body}"));
        }

        Assert.Empty(wrong);
        Assert.Equal(HttpStatusCode.OK, await app.Client.StatusAsync("/v2/health/live"));
    }

    /// <summary>The application with a model, and every route of it that takes JSON.</summary>
    public sealed class Served(AzuriteFixture azurite) : IAsyncLifetime
    {
        internal AppProcess App { get; private set; } = null!;

        internal IReadOnlyList<(string Function, string Method, string Path)> Routes { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            App = await SuiteCalls.StartAsync(azurite.ConnectionString);
            Assert.Equal(HttpStatusCode.Created, (await App.Client.RegisterAsync("limited", SuiteCalls.Onnx(Files.Variant("iris_lr", "limited")))).Status);
            var document = OpenApiDocument.Parse(await App.Client.GetStringAsync("/openapi.json"), OpenApiConstants.Json).Document!;
            Routes =
            [
                .. from path in document.Paths
                   from one in path.Value.Operations!
                   where one.Value.RequestBody?.Content?.ContainsKey("application/json") == true
                   select (one.Value.OperationId!, one.Key.Method, Address(path.Key)),
            ];
            Assert.True(Routes.Count > 25, "Routes that take JSON are missing from the document.");
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private static string Address(string path) => path.Replace("{model}", "limited", StringComparison.Ordinal).Replace("{version}", "1", StringComparison.Ordinal).Replace("{alias}", "shadow", StringComparison.Ordinal)
            .Replace("{action}", "pause", StringComparison.Ordinal).Replace("{id}", "01890a5d-ac96-774b-bcce-b302099a8057", StringComparison.Ordinal).Replace("{gate}", "g", StringComparison.Ordinal).Replace("{name}", "limited", StringComparison.Ordinal);
    }
}
