using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;

namespace Serverless.Services.Registry.Models;

/// <summary>Describes, archives and restores models.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="clock">Dates new models.</param>
public sealed class ModelService(ModelStore store, TimeProvider clock)
{
    /// <summary>Creates a model, or says something else of it. The same again changes nothing.</summary>
    /// <returns>The model, and whether it is new.</returns>
    public async Task<(ModelRecord Model, bool Created)> PutAsync(ModelName name, ModelRequest request, string? ifMatch, Caller caller, CancellationToken cancel)
    {
        var created = false;
        var model = await store.ChangeAsync(name, caller, model =>
        {
            Preconditions.Check(ifMatch, model?.Revision);
            created = model is null;
            var old = model ?? ModelRecord.New(name, clock.GetUtcNow());
            var next = old with
            {
                Description = Labels.Text(request.Description, 4096, "description"),
                Owner = Labels.Text(request.Owner, 256, "owner"),
                Task = request.Task,
                Tags = Labels.Tags(request.Tags),
            };
            if (!created && Describe(next).ToJsonString() == Describe(old).ToJsonString()) return Task.FromResult<Plan?>(null);
            return Task.FromResult<Plan?>(created
                ? new(next, [], new Change(Actions.ModelCreated, "", null, Describe(next)))
                : new(next with { Revision = old.Revision + 1 }, [], new Change(Actions.ModelChanged, "", Describe(old), Describe(next))));
        }, cancel);
        return (model, created);
    }

    /// <summary>Stops or resumes everything of a model. What it is already changes nothing.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/></exception>
    public Task<ModelRecord> SetArchivedAsync(ModelName name, bool archived, string? reason, string? ifMatch, Caller caller, CancellationToken cancel) =>
        store.ChangeAsync(name, caller, model =>
        {
            Preconditions.Check(ifMatch, (model ?? throw ModelStore.NotFound(name)).Revision);
            return Task.FromResult(model.Archived == archived ? null : new Plan(
                model with { Archived = archived, Revision = model.Revision + 1 }, [],
                new Change(archived ? Actions.ModelArchived : Actions.ModelRestored, "", null, null, Labels.Text(reason, 1024, "reason"))));
        }, cancel);

    internal static JsonNode Describe(ModelRecord model) => JsonSerializer.SerializeToNode(
        new ModelRequest(model.Description, model.Owner, model.Task, model.Tags), RegistryJson.Default.ModelRequest)!;
}
