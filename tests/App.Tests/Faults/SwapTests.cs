using System.Collections.Concurrent;
using System.Net;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>Moving the champion costs no request.</summary>
public sealed class SwapTests(AzuriteFixture azurite)
{
    private const int Connections = 8;
    private const int Moves = 20;

    [Fact]
    public async Task Inference_WhileTheChampionMoves_NeverFails()
    {
        await using var app = await SuiteCalls.StartAsync(azurite.ConnectionString);
        foreach (var variant in new[] { "one", "two" })
            Assert.Equal(HttpStatusCode.Created, (await app.Client.RegisterAsync("swapped", SuiteCalls.Onnx(Files.Variant("iris_rf100", variant)))).Status);
        var input = await app.Client.InputAsync("swapped");
        var answers = new ConcurrentDictionary<(HttpStatusCode, string?), int>();
        using var over = new CancellationTokenSource();
        var load = Enumerable.Range(0, Connections).Select(_ => AskAsync(app, input, answers, over.Token)).ToArray();

        for (var move = 0; move < Moves; move++)
        {
            var version = 2 - move % 2;
            using var moved = await app.Client.PointAsync("swapped", version);
            Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
            await SuiteCalls.UntilAsync($"version {version} answers", async () => (await app.Client.InferAsync("swapped", input)).Version == $"{version}");
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        Assert.All(answers.Keys, answer => Assert.Contains(answer, new (HttpStatusCode, string?)[] { (HttpStatusCode.OK, "1"), (HttpStatusCode.OK, "2") }));
        Assert.Equal(2, answers.Count);
        TestContext.Current.SendDiagnosticMessage($"{answers.Values.Sum()} answers over {Moves} moves.");
    }

    private static async Task AskAsync(AppProcess app, string input, ConcurrentDictionary<(HttpStatusCode, string?), int> answers, CancellationToken over)
    {
        while (!over.IsCancellationRequested) answers.AddOrUpdate(await app.Client.InferAsync("swapped", input), 1, (_, times) => times + 1);
    }
}
