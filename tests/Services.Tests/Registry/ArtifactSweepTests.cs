using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Inference;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

/// <summary>On a storage of their own: these tests look at everything that it holds, and days later.</summary>
public sealed class ArtifactSweepTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await RegistryHost.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Sweep_OfArtifacts_TakesOnlyWhatIsOldAndNamedByNothing()
    {
        var (version, _) = await host.RegisterAsync("kept", Serving.Model("iris_lr"));
        var rules = string.Join(',', Enumerable.Range(0, 1500).Select(at => $"\"a long name of a feature {at}\":{{\"kind\":\"drop\"}}"));
        var policy = PolicyDocument.Parse("{\"logging\":{\"features\":{" + rules + "}}}", isYaml: false);
        await host.Get<PolicyService>().PutAsync(ModelName.Parse("kept"), policy, null, RegistryHost.Caller, default);
        var orphan = await PutAsync("left by a crash");
        Assert.Equal(0, await Sweep(TimeSpan.Zero).RunAsync(default));
        Assert.InRange(await Sweep(TimeSpan.FromDays(2)).RunAsync(default), 1, int.MaxValue);
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => host.Get<ArtifactBlobs>().GetTextAsync(orphan, default));
        using var bytes = new MemoryStream();
        await host.Get<ArtifactBlobs>().DownloadAsync(version.Artifact, bytes, default);
        Assert.Equal(Serving.Model("iris_lr"), bytes.ToArray());
        Assert.Equal(policy.Json, (await host.Get<PolicyVersions>().GetAsync(ModelName.Parse("kept"), 1, default)).Json);
    }

    [Fact]
    public async Task Sweep_WhileTheSameBytesArePutAgain_LeavesThem()
    {
        var orphan = await PutAsync("put again");
        var sweep = Sweep(TimeSpan.FromDays(2));
        sweep.Before = async () => Assert.Equal(orphan, await PutAsync("put again"));
        await sweep.RunAsync(default);
        Assert.Equal("put again", await host.Get<ArtifactBlobs>().GetTextAsync(orphan, default));
    }

    [Fact]
    public async Task Verify_OfAModelThatTheCatalogHasLost_FindsWhatWasTouched()
    {
        var model = ModelName.Parse("unlisted");
        await host.RegisterAsync("unlisted", Serving.Model("iris_hand_lr"));
        var catalog = host.Get<TableServiceClient>().GetTableClient(StorageNames.CatalogTable);
        await catalog.DeleteEntityAsync(StorageNames.CatalogPartition(model), model.Value);
        Assert.Contains(new(model, 3, true, null), (await host.Get<AuditTrail>().VerifyAsync(null, default)).Models);

        var entry = await host.ModelRows().QueryAsync<TableEntity>(row => row.PartitionKey == "unlisted" && row.RowKey.CompareTo("audit|") > 0 && row.RowKey.CompareTo("audit}") < 0).FirstAsync();
        await host.ModelRows().DeleteEntityAsync(entry.PartitionKey, entry.RowKey);
        var verdict = await host.Get<AuditTrail>().VerifyAsync(null, default);
        Assert.False(verdict.Valid);
        Assert.Equal(model, verdict.Models.Single(chain => !chain.Valid).Model);

        await host.ModelRows().DeleteEntityAsync("unlisted", StorageNames.ModelRow);
        Assert.Contains("own row is gone", (await host.Get<AuditTrail>().VerifyAsync(null, default)).Models.Single(chain => !chain.Valid).Problem, StringComparison.Ordinal);
    }

    private Task<Digest> PutAsync(string text) => host.Get<ArtifactBlobs>().PutTextAsync(text, default);

    private ArtifactSweep Sweep(TimeSpan later) => new(
        host.Get<ArtifactBlobs>(), host.Get<ModelsTable>(), host.Get<ModelRows>(), new FakeTimeProvider(TimeProvider.System.GetUtcNow() + later), NullLogger<ArtifactSweep>.Instance);
}
