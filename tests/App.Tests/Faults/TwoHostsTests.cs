using System.Net;
using System.Text.Json;
using Serverless.Testing;

namespace Serverless.App.Tests.Faults;

/// <summary>Two processes on one storage know nothing of each other.</summary>
public sealed class TwoHostsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int Writers = 16;
    private AppProcess[] hosts = [];

    public async ValueTask InitializeAsync() =>
        hosts = await Task.WhenAll(SuiteCalls.StartAsync(azurite.ConnectionString), SuiteCalls.StartAsync(azurite.ConnectionString));

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task Registration_OfTheSameBytesByMany_MakesOneVersion()
    {
        var bytes = Files.Variant("iris_lr", "the same");
        var answers = await RegisterAsync("raced-same", _ => bytes);

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.Equal(1, answer.Body.GetProperty("version").GetInt32()));
        Assert.Equal(Writers - 1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Single((await hosts[1].Client.JsonAsync("/models/raced-same/versions")).GetProperty("items").EnumerateArray());
        await hosts[0].Client.AssertAuditAsync("raced-same");
    }

    [Fact]
    public async Task Registration_OfDifferentBytesByMany_NumbersVersionsWithoutHoles()
    {
        var answers = await RegisterAsync("raced-different", index => Files.Variant("iris_lr", $"variant {index}"));

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Created, answer.Body.GetRawText()));
        Assert.Equal(Enumerable.Range(1, Writers), answers.Select(answer => answer.Body.GetProperty("version").GetInt32()).Order());
        var listed = (await hosts[1].Client.JsonAsync("/models/raced-different/versions?pageSize=100")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(1, Writers), listed.Select(version => version.GetProperty("version").GetInt32()).Order());
        Assert.Equal(Writers, listed.Select(version => version.GetProperty("sha256").GetString()).Distinct().Count());
        await hosts[0].Client.AssertAuditAsync("raced-different");
    }

    [Fact]
    public async Task Alias_MovedByTwoWithTheSameETag_IsMovedByOneAndServedByBoth()
    {
        var (input, etag) = await ThreeVersionsAsync("raced-alias");
        foreach (var host in hosts) Assert.Equal((HttpStatusCode.OK, "1"), await host.Client.InferAsync("raced-alias", input));

        var answers = await Task.WhenAll(hosts.Select((host, index) => host.Client.PointAsync("raced-alias", index + 2, etag)));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], answers.Select(answer => answer.StatusCode).Order());
        var winner = Array.FindIndex(answers, answer => answer.StatusCode == HttpStatusCode.OK) + 2;
        foreach (var answer in answers) answer.Dispose();
        foreach (var host in hosts)
            await SuiteCalls.UntilAsync($"{host.Address} serves version {winner}", async () => (await host.Client.InferAsync("raced-alias", input)).Version == $"{winner}");
        await hosts[0].Client.AssertAuditAsync("raced-alias");
    }

    [Fact]
    public async Task Alias_MovedByTwoWithoutAnETag_IsMovedByBothInTurn()
    {
        await ThreeVersionsAsync("raced-freely");

        var answers = await Task.WhenAll(hosts.Select((host, index) => host.Client.PointAsync("raced-freely", index + 2)));

        foreach (var answer in answers)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        }

        var moves = (await hosts[0].Client.JsonAsync("/models/raced-freely/audit?pageSize=100")).GetProperty("items").EnumerateArray()
            .Count(item => item.GetRawText().Contains("aliases/champion", StringComparison.Ordinal));
        Assert.Equal(3, moves);
        await hosts[1].Client.AssertAuditAsync("raced-freely");
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)[]> RegisterAsync(string model, Func<int, byte[]> bytes)
    {
        try
        {
            return await Task.WhenAll(Enumerable.Range(0, Writers).Select(index => hosts[index % hosts.Length].Client.RegisterAsync(model, SuiteCalls.Onnx(bytes(index)))));
        }
        catch (Xunit.Sdk.XunitException failed)
        {
            throw new Xunit.Sdk.XunitException($"{failed.Message}\n{string.Join("\n", hosts.Select(host => host.Output))}");
        }
    }

    private async Task<(string Input, string ETag)> ThreeVersionsAsync(string model)
    {
        for (var version = 1; version <= 3; version++)
        {
            var (status, body) = await hosts[0].Client.RegisterAsync(model, SuiteCalls.Onnx(Files.Variant("iris_lr", $"{model} {version}")));
            Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        }

        using var alias = await hosts[0].Client.GetAsync($"/models/{model}/aliases/champion");
        return (await hosts[0].Client.InputAsync(model), alias.Headers.ETag!.Tag);
    }
}
