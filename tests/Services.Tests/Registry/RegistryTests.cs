using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Events;
using Serverless.Services.Http;
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
        await host.ForgetAsync(model);
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

    [Fact]
    public async Task Change_ByManyWritersAtOnce_IsMadeByEachInTurn()
    {
        const int Writers = 24;
        var model = ModelName.Parse("busy");
        await host.RegisterAsync("busy", Tiny(1));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
            host.Get<AliasService>().PutAsync(model, AliasName.Parse($"a{writer}"), new(1), null, RegistryHost.Caller, default))));
        Assert.Equal(Writers + 1, (await host.Get<VersionReader>().AliasesAsync(model, default)).Count);
        Assert.True((await host.Get<AuditTrail>().VerifyAsync(model, default)).Valid);
        Assert.Equal((await AuditIdsAsync("busy")).Order(), host.Received.Order());
    }

    [Fact]
    public async Task Upload_RegisteredAgain_IsTheVersionThatItBecame()
    {
        var model = ModelName.Parse("repeated");
        var upload = await host.Get<VersionIntake>().OpenUploadAsync(model, default);
        await PutAsync(upload.Url, Tiny(3));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => host.RegisterUploadAsync("repeated", upload.Id))));
        Assert.Single(answers, answer => answer.Created);
        Assert.All(answers, answer => Assert.Equal(1, answer.Version.Number));
        Assert.False((await host.RegisterUploadAsync("repeated", upload.Id)).Created);
    }

    [Fact]
    public async Task Model_WithTheLongestTexts_FitsIntoItsRows()
    {
        var model = ModelName.Parse("long");
        var service = host.Get<ModelService>();
        for (var round = 0; round < 2; round++)
        {
            var letter = round == 0 ? 'ü' : '"';
            var tags = Enumerable.Range(0, 32).ToDictionary(tag => $"{new string('t', 62)}{tag:D2}", _ => new string(letter, 256));
            await service.PutAsync(model, new(new string(letter, 4096), new string(letter, 256), TaskKind.Other, tags), null, RegistryHost.Caller, default);
        }

        Assert.True((await host.Get<AuditTrail>().VerifyAsync(model, default)).Valid);
        var listed = await host.Get<ModelCatalog>().AllAsync(default).SingleAsync(listed => listed.Name == model);
        Assert.Equal(new string('"', 4096), listed.Description);
        Assert.Equal(await AuditIdsAsync("long"), host.Received);
    }

    [Fact]
    public async Task AuditIndex_ReadPageByPage_HasEveryEntryOnceNewestFirst()
    {
        var model = ModelName.Parse("paged");
        for (var owner = 0; owner < 5; owner++)
            await host.Get<ModelService>().PutAsync(model, new(Owner: $"{owner}"), null, RegistryHost.Caller, default);
        List<string> ids = [];
        string? token = null;
        do
        {
            var page = await host.Get<AuditTrail>().ListAsync(new Paging(2, token), default);
            ids.AddRange(page.Items.Select(item => Member(item.Entry, "id")));
            token = page.NextPageToken is { } next ? System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(next)) : null;
        }
        while (token is not null);

        Assert.Equal(ids.Count, ids.Distinct().Count());
        var own = await AuditIdsAsync("paged");
        Assert.Equal(Enumerable.Reverse(own), ids.Where(own.Contains));
    }

    [Fact]
    public async Task AuditIndex_WithATokenOfAnotherList_IsRefused() => Assert.Equal(
        ProblemKind.InvalidRequest,
        (await Assert.ThrowsAsync<ProblemException>(() => host.Get<AuditTrail>().ListAsync(new Paging(2, "x"), default))).Kind);

    [Fact]
    public async Task Snapshot_OfAModelThatNobodyChanged_IsNotReadAgain()
    {
        var model = ModelName.Parse("quiet");
        var reader = host.Get<SnapshotReader>();
        await host.RegisterAsync("quiet", Tiny(1));
        var first = await reader.ReadAsync(model, default);
        Assert.Same(first, await reader.ReadAsync(model, default));

        await host.Get<AliasService>().PutAsync(model, AliasName.Parse("blue"), new(1), null, RegistryHost.Caller, default);
        var second = await reader.ReadAsync(model, default);
        Assert.Equal(1, second!.Aliases[AliasName.Parse("blue")]);
        Assert.Null(await reader.ReadAsync(ModelName.Parse("nobody"), default));
    }

    [Fact]
    public async Task Events_WhileTheTopicDoesNotAnswer_HoldTheChangeUpNoLongerThanItsPatience()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var dispatcher = new OutboxDispatcher(
            host.Get<ModelsTable>(), host.Get<OutboxQueue>(), host.Get<EventPublisher>(), host.Get<OutboxMeters>(), TimeSpan.FromSeconds(30), clock, NullLogger<OutboxDispatcher>.Instance);
        var model = ModelName.Parse("patient");
        var question = await dispatcher.WatchAsync(model, default);
        host.TopicHangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

        var publishing = dispatcher.PublishAsync(model, [new(Guid.CreateVersion7(clock.GetUtcNow()), "t", "s", clock.GetUtcNow(), null, new System.Text.Json.Nodes.JsonObject())], question, default);
        await host.TopicHangs.Task;
        Assert.False(publishing.IsCompleted);
        clock.Advance(OutboxDispatcher.Patience);
        await publishing;

        await dispatcher.WithdrawAsync(question, default);
    }

    private static string Member(ExactJson json, string name)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json.Text);
        return document.RootElement.GetProperty(name).GetString()!;
    }

    private static byte[] Tiny(int width) => TinyModel.Of(input: TinyModel.Value("x", 1, 1, width), output: TinyModel.Value("y", 1, 1, width)).ToArray();

    private static async Task PutAsync(Uri url, byte[] bytes)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(bytes);
        content.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var put = await http.PutAsync(url, content);
        put.EnsureSuccessStatusCode();
    }

    private async Task TouchAsync(string how, List<TableEntity> rows)
    {
        var table = host.ModelRows();
        switch (how)
        {
            case "edit":
                rows[1]["json"] = rows[1].GetText("json").Replace("tester", "nobody", StringComparison.Ordinal);
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
                var json = rows[1].GetText("json").Replace("tester", "nobody", StringComparison.Ordinal);
                rows[1]["json"] = json;
                rows[1]["hash"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(json)));
                await table.UpdateEntityAsync(rows[1], ETag.All);
                break;
        }
    }

    private async Task<List<string>> AuditIdsAsync(string model) =>
        [.. (await host.Get<AuditTrail>().ListAsync(ModelName.Parse(model), new(100, null), default)).Items.Select(item => Member(item.Entry, "id"))];

    private async Task<List<string>> OutboxAsync(string model) =>
        await host.Get<ModelsTable>().ListAsync(ModelName.Parse(model), StorageNames.OutboxPrefix, null, default).Select(row => row.RowKey).ToListAsync();
}
