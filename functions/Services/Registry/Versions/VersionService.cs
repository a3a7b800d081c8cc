using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Edits what of a version can be edited, archives and restores it.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="versions">The versions.</param>
/// <param name="rows">Records as rows.</param>
public sealed class VersionService(ModelStore store, VersionReader versions, ModelRows rows)
{
    /// <summary>Changes description and tags. The same again changes nothing.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>, <see cref="ProblemKind.PreconditionFailed"/>.</exception>
    public Task<ModelVersion> EditAsync(ModelName model, int number, VersionEdit edit, string? ifMatch, Caller caller, CancellationToken cancel) =>
        ChangeAsync(model, number, ifMatch, caller, version =>
        {
            var next = version with
            {
                Description = edit.Description is null ? version.Description : Labels.Text(edit.Description, 4096, "description"),
                Tags = edit.Tags is null ? version.Tags : Labels.Tags(edit.Tags),
            };
            return Editable(next) == Editable(version) ? null : (next, new(
                Actions.VersionChanged, $"versions/{number}", System.Text.Json.Nodes.JsonNode.Parse(Editable(version)), System.Text.Json.Nodes.JsonNode.Parse(Editable(next))));
        }, cancel);

    /// <summary>Stops or resumes a version. What it is already changes nothing.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>, <see cref="ProblemKind.PreconditionFailed"/>,
    /// <see cref="ProblemKind.Conflict"/> where an alias points at it.</exception>
    public Task<ModelVersion> SetArchivedAsync(ModelName model, int number, bool archived, string? reason, string? ifMatch, Caller caller, CancellationToken cancel) =>
        ChangeAsync(model, number, ifMatch, caller, async version =>
        {
            if (version.Archived == archived) return null;
            var pointers = (await versions.AliasesAsync(model, cancel)).Where(alias => alias.Value == number).Select(alias => alias.Key).ToArray();
            if (archived && pointers.Length > 0)
                throw new ProblemException(ProblemKind.Conflict, $"Version {number} of {model} is what {string.Join(", ", pointers)} points at. Move or delete the alias first.") { Expected = pointers };
            return (version with { Archived = archived }, new(
                archived ? Actions.VersionArchived : Actions.VersionRestored, $"versions/{number}", null, null, Labels.Text(reason, 1024, "reason")));
        }, cancel);

    private Task<ModelVersion> ChangeAsync(
        ModelName model, int number, string? ifMatch, Caller caller, Func<ModelVersion, (ModelVersion Next, Change Change)?> decide, CancellationToken cancel) =>
        ChangeAsync(model, number, ifMatch, caller, version => Task.FromResult(decide(version)), cancel);

    private async Task<ModelVersion> ChangeAsync(
        ModelName model, int number, string? ifMatch, Caller caller, Func<ModelVersion, Task<(ModelVersion Next, Change Change)?>> decide, CancellationToken cancel)
    {
        ModelVersion? result = null;
        await store.ChangeAsync(model, caller, async record =>
        {
            var version = await versions.GetAsync(model, number, cancel);
            Preconditions.Check(ifMatch, version.Revision);
            if (await decide(version) is not { } decided)
            {
                result = version;
                return null;
            }

            result = decided.Next with { Revision = version.Revision + 1 };
            return new Plan(
                record!, [new(TableTransactionActionType.UpsertReplace, await rows.WriteAsync(model, StorageNames.Version(number), result, StoredJson.Default.ModelVersion, cancel))], decided.Change);
        }, cancel);
        return result!;
    }

    private static string Editable(ModelVersion version) => JsonSerializer.Serialize(new VersionEdit(version.Description, version.Tags), RegistryJson.Default.VersionEdit);
}
