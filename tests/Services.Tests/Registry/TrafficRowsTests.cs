using Azure.Data.Tables;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

public sealed class TrafficRowsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await RegistryHost.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Split_WrittenWithAPlan_IsWhatServingSees()
    {
        var split = new TrafficSplit("r1", TrafficKey.Trace, [new("challenger", 2, 0.25)], [new(3, 1), new(4, 0.5)]);
        var model = await RegisterAsync("split");
        Assert.Null((await SnapshotAsync(model)).Traffic);
        await CommitAsync(model, TrafficRows.Put(model, split));
        var seen = (await SnapshotAsync(model)).Traffic!;
        Assert.Equal((split.Salt, split.Key), (seen.Salt, seen.Key));
        Assert.Equal(split.Arms, seen.Arms);
        Assert.Equal(split.Shadows, seen.Shadows);
        Assert.Equal(split.Choose("customer"), seen.Choose("customer"));
        await CommitAsync(model, TrafficRows.Put(model, null));
        Assert.Null((await SnapshotAsync(model)).Traffic);
    }

    [Fact]
    public async Task Put_OfASplit_LeavesTheRestOfTheRow()
    {
        var model = await RegisterAsync("beside");
        var row = new TableEntity(StorageNames.Partition(model), StorageNames.RolloutRow) { ["json"] = "{}" };
        TrafficRows.Write(row, new("r1", TrafficKey.Caller, [new("a", 2, 0.1)], []));
        await CommitAsync(model, new TableTransactionAction(TableTransactionActionType.UpsertReplace, row));
        await CommitAsync(model, TrafficRows.Put(model, null));
        var left = await host.Get<ModelsTable>().FindAsync(model, StorageNames.RolloutRow, default);
        Assert.Equal(("{}", null), (left!.GetString("json"), TrafficRows.Read(left)));
    }

    [Fact]
    public void Put_OfASplitThatIsWrong_IsRefused() => Assert.Equal(ProblemKind.InvalidPolicy,
        Assert.Throws<ProblemException>(() => TrafficRows.Put(ModelName.Parse("m"), new("r", TrafficKey.Caller, [new("a", 2, 2)], []))).Kind);

    private async Task<ModelName> RegisterAsync(string name)
    {
        await host.RegisterAsync(name, TinyModel.Of(input: TinyModel.Value("x", 1, 1, 1), output: TinyModel.Value("y", 1, 1, 1)).ToArray());
        return ModelName.Parse(name);
    }

    private Task<ModelRecord> CommitAsync(ModelName model, TableTransactionAction action) => host.Get<ModelStore>().ChangeAsync(model, RegistryHost.Caller,
        record => Task.FromResult<Plan?>(new(record!, [action], new Change(Actions.ModelChanged, "", null, null))), default);

    private async Task<ModelSnapshot> SnapshotAsync(ModelName model) => (await host.Get<ModelSnapshots>().GetAsync(model, default))!;
}
