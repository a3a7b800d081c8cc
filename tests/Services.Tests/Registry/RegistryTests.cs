using Azure;
using Azure.Data.Tables;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Models;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

public sealed class RegistryTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await RegistryHost.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Register_OfTheSameBytesAtOnce_IsOneVersion()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.RegisterAsync("same", Tiny(1)))));
        Assert.All(answers, answer => Assert.Equal(1, answer.Version.Number));
        Assert.Single(answers, answer => answer.Created);
    }

    [Fact]
    public async Task Register_OfDifferentBytesAtOnce_NumbersThemWithoutHoles()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(size => Task.Run(() => host.RegisterAsync("different", Tiny(size)))));
        Assert.Equal([1, 2, 3, 4, 5, 6], answers.Select(answer => answer.Version.Number).Order());
        Assert.True((await host.Get<AuditTrail>().VerifyAsync(ModelName.Parse("different"), default)).Valid);
    }

    [Fact]
    public async Task Events_OfAChange_ArriveOnceEachWithTheIdsOfTheAuditEntries()
    {
        await host.RegisterAsync("told", Tiny(1));
        Assert.Equal(await AuditIdsAsync("told"), host.Received);
        Assert.Empty(await OutboxAsync("told"));
    }

    [Fact]
    public async Task Events_WhileTheTopicIsAway_WaitAndAreNotLost()
    {
        host.TopicIsAway = true;
        await host.RegisterAsync("untold", Tiny(1));
        Assert.Equal(3, (await OutboxAsync("untold")).Count);
        await host.Get<OutboxDispatcher>().DispatchAsync(ModelName.Parse("untold"), default);
        Assert.Equal(3, (await OutboxAsync("untold")).Count);

        host.TopicIsAway = false;
        await host.Get<OutboxDispatcher>().DispatchAsync(ModelName.Parse("untold"), default);
        Assert.Equal(await AuditIdsAsync("untold"), host.Received);
        Assert.Empty(await OutboxAsync("untold"));
    }

    [Fact]
    public async Task Catalog_LostInACrash_IsMendedByTheEvent()
    {
        var model = ModelName.Parse("mended");
        await host.Get<ModelService>().PutAsync(model, new(Owner: "o"), null, RegistryHost.Caller, default);
        await host.Get<TableServiceClient>().GetTableClient(StorageNames.CatalogTable).DeleteEntityAsync(StorageNames.CatalogPartition(model), "mended", ETag.All);
        var entry = (await AuditIdsAsync("mended")).Single();
        var told = new Azure.Messaging.CloudEvent(EventTypes.Source, EventTypes.Registry + "ModelCreated", null) { Id = entry, Subject = "models/mended" };

        await host.Get<Projections>().HandleAsync(told, default);
        await host.Get<Projections>().HandleAsync(told, default);

        var found = await host.Get<ModelCatalog>().AllAsync(default).Where(listed => listed.Name == model).ToListAsync();
        Assert.Equal("o", Assert.Single(found).Owner);
    }

    [Fact]
    public async Task Alias_MovedAtOnceFromOneState_HasOneWinner()
    {
        var model = ModelName.Parse("raced");
        for (var size = 1; size <= 3; size++) await host.RegisterAsync("raced", Tiny(size));
        var movers = Enumerable.Range(2, 2).Select(version => Task.Run(async () =>
        {
            try
            {
                await host.Get<AliasService>().PutAsync(model, AliasName.Champion, new(version), "\"r1\"", RegistryHost.Caller, default);
                return version;
            }
            catch (ProblemException problem) when (problem.Kind == ProblemKind.PreconditionFailed)
            {
                return 0;
            }
        }));
        var winner = Assert.Single(await Task.WhenAll(movers), version => version > 0);
        Assert.Equal(winner, (await host.Get<VersionReader>().AliasesAsync(model, default))["champion"]);
        Assert.Equal(winner, (await host.Get<ModelStore>().GetAsync(model, default)).Champion);
    }

    [Theory]
    [InlineData("edit", "edited")]
    [InlineData("delete", "missing")]
    [InlineData("tail", "ends at entry")]
    [InlineData("swap", "missing or moved")]
    [InlineData("forge", "does not join")]
    public async Task Verify_OfAChainThatSomebodyTouched_SaysWhere(string how, string said)
    {
        var name = $"touched {how}";
        var model = ModelName.Parse(name);
        for (var owner = 0; owner < 4; owner++)
            await host.Get<ModelService>().PutAsync(model, new(Owner: $"{owner}"), null, RegistryHost.Caller, default);
        Assert.True((await host.Get<AuditTrail>().VerifyAsync(model, default)).Valid);

        var rows = await host.ModelRows().QueryAsync<TableEntity>(row => row.PartitionKey == name && row.RowKey.CompareTo("audit|") > 0 && row.RowKey.CompareTo("audit}") < 0).ToListAsync();
        await TouchAsync(how, rows);

        var verdict = Assert.Single((await host.Get<AuditTrail>().VerifyAsync(model, default)).Models);
        Assert.False(verdict.Valid);
        Assert.Contains(said, verdict.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_OfUploads_TakesOnlyWhatIsOld()
    {
        var model = ModelName.Parse("swept");
        var upload = await host.Get<VersionIntake>().OpenUploadAsync(model, default);
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Tiny(1));
        content.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var put = await http.PutAsync(upload.Url, content);
        put.EnsureSuccessStatusCode();
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await host.Get<ArtifactBlobs>().SweepStagedAsync(now - StagingSweep.Patience, default));
        Assert.True(await host.Get<ArtifactBlobs>().SweepStagedAsync(now + TimeSpan.FromHours(1), default) >= 1);
        Assert.Null(await host.Get<ArtifactBlobs>().OpenStagedAsync(model, upload.Id, default));
    }

    private static byte[] Tiny(int width) => TinyModel.Of(input: TinyModel.Value("x", 1, 1, width), output: TinyModel.Value("y", 1, 1, width)).ToArray();

    private async Task TouchAsync(string how, List<TableEntity> rows)
    {
        var table = host.ModelRows();
        switch (how)
        {
            case "edit":
                rows[1]["json"] = rows[1].GetString("json").Replace("tester", "nobody", StringComparison.Ordinal);
                await table.UpdateEntityAsync(rows[1], ETag.All);
                break;
            case "delete": await table.DeleteEntityAsync(rows[1]); break;
            case "tail": await table.DeleteEntityAsync(rows[3]); break;
            case "swap":
                (rows[1]["json"], rows[2]["json"], rows[1]["hash"], rows[2]["hash"]) = (rows[2]["json"], rows[1]["json"], rows[2]["hash"], rows[1]["hash"]);
                await table.UpdateEntityAsync(rows[1], ETag.All);
                await table.UpdateEntityAsync(rows[2], ETag.All);
                break;
            default:
                var json = rows[1].GetString("json").Replace("tester", "nobody", StringComparison.Ordinal);
                rows[1]["json"] = json;
                rows[1]["hash"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(json)));
                await table.UpdateEntityAsync(rows[1], ETag.All);
                break;
        }
    }

    private async Task<List<string>> AuditIdsAsync(string model) =>
        [.. (await host.Get<AuditTrail>().ListAsync(ModelName.Parse(model), new(100, null), default)).Items.Select(item => item.Entry["id"]!.GetValue<string>())];

    private async Task<List<string>> OutboxAsync(string model) =>
        await host.Get<ModelsTable>().ListAsync(ModelName.Parse(model), StorageNames.OutboxPrefix, null, default).Select(row => row.RowKey).ToListAsync();
}
