using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Registry.Aliases;
using Serverless.Services.Registry.Models;
using Serverless.Services.Registry.Onnx;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Storage;

namespace Serverless.Services.Registry.Versions;

/// <summary>Loads a file on trial, away from this process; null when it loads, the reason otherwise.</summary>
/// <param name="path">A file of this machine.</param>
/// <param name="cancel">Ends the trial.</param>
public delegate Task<string?> TrialLoad(string path, CancellationToken cancel);

/// <summary>
/// Registers versions: the bytes are on this machine's disk and hashed by now; they are checked, loaded on trial, put at their
/// address, and only then does one transaction make them a version. A crash before it leaves nothing that anybody sees; the same
/// registration again succeeds.
/// </summary>
/// <param name="store">The model partitions.</param>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="versions">What is registered already.</param>
/// <param name="policies">Says what a first version becomes.</param>
/// <param name="aliases">Makes a first version the champion.</param>
/// <param name="artifacts">The bytes.</param>
/// <param name="trial">The trial load.</param>
/// <param name="clock">Dates versions.</param>
/// <param name="logger">Says what was registered.</param>
public sealed class RegistrationService(
    ModelStore store, ModelsTable table, ModelRows rows, VersionReader versions, PolicyVersions policies, AliasService aliases,
    ArtifactBlobs artifacts, TrialLoad trial, TimeProvider clock, ILogger<RegistrationService> logger)
{
    /// <summary>Registers a file.</summary>
    /// <param name="model">Whose version; created when it is new.</param>
    /// <param name="file">The bytes.</param>
    /// <param name="baseline">The training or validation set sent with it, or null.</param>
    /// <param name="request">What its registrar says of it.</param>
    /// <param name="caller">Who registers.</param>
    /// <param name="cancel">Ends it before the transaction.</param>
    /// <returns>The version, and whether it is new: the same bytes and metadata again are the version that there is.</returns>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidModel"/>, <see cref="ProblemKind.InvalidRequest"/>, or
    /// <see cref="ProblemKind.Conflict"/>: an archived model, or the same bytes with other metadata.</exception>
    internal async Task<(ModelVersion Version, bool Created)> RegisterAsync(
        ModelName model, LocalArtifact file, LocalArtifact? baseline, VersionRequest request, Caller caller, CancellationToken cancel)
    {
        var onnx = Read(file.Path);
        var metadata = new VersionMetadata(request.FeatureNames, request.ClassLabels, request.Metrics, request.Lineage, baseline?.Digest);
        MetadataRules.Check(metadata, onnx.Signature);
        var draft = new ModelVersion(
            0, file.Digest, file.Bytes, onnx.Signature, new(onnx.IrVersion, onnx.Producer, onnx.Opsets), metadata,
            Labels.Text(request.Description, 4096, "description"), Labels.Tags(request.Tags), false, 1, clock.GetUtcNow(), caller.Actor);
        if (await FindAsync(model, draft, cancel) is { } known) return (known, false);
        if (await trial(file.Path, cancel) is { } failure)
            throw new ProblemException(ProblemKind.InvalidModel, $"ONNX Runtime does not load the file: {failure}") { Where = "model" };
        await KeepAsync(file, cancel);
        if (baseline is not null) await KeepAsync(baseline, cancel);
        return await CommitAsync(model, draft, request.Task, caller, cancel);
    }

    private async Task KeepAsync(LocalArtifact file, CancellationToken cancel)
    {
        await using var content = File.OpenRead(file.Path);
        await artifacts.PutAsync(file.Digest, content, cancel);
    }

    private static OnnxModel Read(string path)
    {
        using var content = File.OpenRead(path);
        return OnnxFile.Read(content);
    }

    private async Task<(ModelVersion Version, bool Created)> CommitAsync(ModelName model, ModelVersion draft, TaskKind? task, Caller caller, CancellationToken cancel)
    {
        (ModelVersion Version, bool Created) result = (draft, false);
        await store.ChangeAsync(model, caller, async record =>
        {
            if (record is { Archived: true }) throw new ProblemException(ProblemKind.Conflict, $"{model} is archived. Restore it first.");
            if (record is not null && await FindAsync(model, draft, cancel) is { } known)
            {
                result = (known, false);
                return null;
            }

            var version = draft with { Number = (record?.LastVersion ?? 0) + 1 };
            result = (version, Created: true);
            return await PlanAsync(record ?? ModelRecord.New(model, clock.GetUtcNow()) with { Task = task ?? TaskKind.Other }, isNew: record is null, version, cancel);
        }, cancel);
        if (result.Created) logger.Registered(model, result.Version.Number, result.Version.Bytes, result.Version.Artifact);
        return result;
    }

    private async Task<Plan> PlanAsync(ModelRecord record, bool isNew, ModelVersion version, CancellationToken cancel)
    {
        var next = record with { LastVersion = version.Number };
        List<TableTransactionAction> written =
        [
            new(TableTransactionActionType.Add, await rows.WriteAsync(record.Name, StorageNames.Version(version.Number), version, StoredJson.Default.ModelVersion, cancel)),
            new(TableTransactionActionType.Add, new TableEntity(StorageNames.Partition(record.Name), StorageNames.DigestRow(version.Artifact)) { ["version"] = version.Number }),
        ];
        List<Change> changes =
        [
            .. isNew ? [new Change(Actions.ModelCreated, "", null, ModelService.Describe(record))] : Array.Empty<Change>(),
            new Change(Actions.VersionRegistered, $"versions/{version.Number}", null, Story(version)),
        ];
        var policy = await policies.InForceAsync(record, cancel);
        if (version.Number != 1 || policy.Policy.Registration.FirstVersion != FirstVersion.Champion) return new(next, written, changes);
        var champion = await aliases.PlanAsync(next, AliasName.Champion, null, new(1, clock.GetUtcNow(), "first version", 1), cancel);
        return new(champion.Next, [.. written, .. champion.Rows], [.. changes, .. champion.Changes]);
    }

    // The same bytes are one version: with the same metadata it is that version, with other metadata a conflict.
    private async Task<ModelVersion?> FindAsync(ModelName model, ModelVersion draft, CancellationToken cancel)
    {
        if (await table.FindAsync(model, StorageNames.DigestRow(draft.Artifact), cancel) is not { } row) return null;
        var known = await versions.GetAsync(model, row.GetInt32("version")!.Value, cancel);
        return Text(known.Metadata) == Text(draft.Metadata)
            ? known
            : throw new ProblemException(ProblemKind.Conflict,
                $"Version {known.Number} of {model} has the same bytes and other metadata. A version never changes: send its metadata, or other bytes.")
            {
                Where = "metadata",
                Expected = [known.Number.ToString(CultureInfo.InvariantCulture)],
            };
    }

    // The order of metrics means nothing, and nothing said in many words is nothing said.
    private static string Text(VersionMetadata metadata) => JsonSerializer.Serialize(
        metadata with
        {
            Metrics = metadata.Metrics is { Count: > 0 } metrics ? metrics.ToImmutableSortedDictionary(StringComparer.Ordinal) : null,
            Lineage = metadata.Lineage == new Lineage() ? null : metadata.Lineage,
        },
        StoredJson.Default.VersionMetadata);

    private static JsonObject Story(ModelVersion version) => new()
    {
        ["version"] = version.Number,
        ["sha256"] = version.Artifact.Hex,
        ["bytes"] = version.Bytes,
    };
}
