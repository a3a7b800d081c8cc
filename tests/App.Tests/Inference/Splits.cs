using Azure.Data.Tables;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Storage;

namespace Serverless.App.Tests.Inference;

/// <summary>Sets a model's traffic split as a rollout does: with a change of the model's own row, which tells every instance to look.</summary>
internal static class Splits
{
    public static async Task SetAsync(string storage, string model, TrafficSplit? split)
    {
        var name = ModelName.Parse(model);
        var touch = new TableEntity(StorageNames.Partition(name), StorageNames.ModelRow);
        await new TableClient(storage, StorageNames.ModelsTable).SubmitTransactionAsync(
            [new TableTransactionAction(TableTransactionActionType.UpdateMerge, touch, Azure.ETag.All), TrafficRows.Put(name, split)], TestContext.Current.CancellationToken);
    }
}
