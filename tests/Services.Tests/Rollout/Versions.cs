using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;
using Serverless.Services.Tests.Registry.Onnx;

namespace Serverless.Services.Tests.Rollout;

/// <summary>Models with versions to choose from.</summary>
internal static class Versions
{
    /// <summary>A model of its own with so many versions; the first one is champion.</summary>
    public static async Task<ModelName> RegisterAsync(RolloutRig rig, int count)
    {
        var model = ModelName.Parse($"rollout-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        for (var number = 1; number <= count; number++)
        {
            var context = new DefaultHttpContext();
            context.Request.ContentType = "application/octet-stream";
            context.Request.Body = new MemoryStream(TinyModel.Of(input: TinyModel.Value("x", 1, 1, number), output: TinyModel.Value("y", 1, 1, number)).ToArray());
            await rig.Get<VersionIntake>().TakeAsync(model, context.Request, RolloutRig.Caller("registrar"), default);
        }

        return model;
    }

    /// <summary>What is registered, for models that are to have the same versions.</summary>
    public static async Task<IReadOnlyList<ModelVersion>> PoolAsync(string storage, string topic, int count)
    {
        await using var rig = new RolloutRig(storage, TimeProvider.System, new(), topic);
        var model = await RegisterAsync(rig, count);
        var versions = new List<ModelVersion>();
        for (var number = 1; number <= count; number++) versions.Add(await rig.Get<VersionReader>().GetAsync(model, number, default));
        return versions;
    }

    /// <summary>A model with versions whose bytes are in storage already: one transaction instead of a registration for each.</summary>
    public static async Task<ModelName> CopyAsync(RolloutRig rig, IReadOnlyList<ModelVersion> versions, PolicyDocument policy, int? champion, DateTimeOffset now)
    {
        var model = ModelName.Parse($"copy-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
        var rows = rig.Get<ModelRows>();
        List<TableTransactionAction> written = [new(TableTransactionActionType.Add, await rows.WriteAsync(model, StorageNames.Policy(1), new(1, policy.Json, now, "registrar"), PolicyRecordJson.Default.PolicyRecord, default))];
        foreach (var version in versions) written.Add(new(TableTransactionActionType.Add, await rows.WriteAsync(model, StorageNames.Version(version.Number), version, StoredJson.Default.ModelVersion, default)));
        if (champion is { } number) written.Add(new(TableTransactionActionType.Add, await rows.WriteAsync(model, StorageNames.Alias(AliasName.Champion), new(number, now, null, 1), StoredJson.Default.AliasRecord, default)));
        var record = ModelRecord.New(model, now) with { LastVersion = versions.Count, Champion = champion, PolicyVersion = 1 };
        await rig.Get<ModelStore>().ChangeAsync(model, new("registrar", "begin", null), _ => Task.FromResult<Plan?>(new(record, written, new Change(Actions.ModelCreated, "", null, null))), default);
        return model;
    }
}
