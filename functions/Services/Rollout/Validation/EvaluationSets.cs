using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Storage;
using Serverless.Services.Tables;

namespace Serverless.Services.Rollout.Validation;

/// <summary>A model's evaluation set: a table that was uploaded, or labelled rows cut from the log. One is in force; the audit trail tells the hashes of those before.</summary>
/// <param name="store">The model partitions.</param>
/// <param name="table">The rows.</param>
/// <param name="rows">Records as rows.</param>
/// <param name="versions">What a model's features are.</param>
/// <param name="files">Tables on this machine's disk.</param>
/// <param name="artifacts">Their bytes.</param>
/// <param name="log">Labelled predictions.</param>
/// <param name="clock">Dates them.</param>
public sealed class EvaluationSets(ModelStore store, ModelsTable table, ModelRows rows, VersionReader versions, ArtifactFiles files, ArtifactBlobs artifacts, PredictionJoin log, TimeProvider clock)
{
    /// <summary>Rows that are compared; of a larger table so many are chosen by chance.</summary>
    public const int MostRows = 200_000;

    private const long Largest = 200L << 20;
    private const int MostColumns = 32;

    /// <summary>Answers <c>PUT /models/{m}/evaluation</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, or <see cref="ProblemKind.InvalidRequest"/> with the column.</exception>
    public async Task<IResult> PutAsync(HttpRequest request, string model, CancellationToken cancel)
    {
        var record = await store.GetAsync(ModelName.Parse(model), cancel);
        var made = request.HasJsonContentType() ? await CutAsync(request, record, cancel) : await TakeAsync(request, record, cancel);
        await KeepAsync(record.Name, made, request, cancel);
        return Answer(made);
    }

    /// <summary>Answers <c>GET /models/{m}/evaluation</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.ModelNotFound"/>, <see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(string model, CancellationToken cancel)
    {
        var record = await store.GetAsync(ModelName.Parse(model), cancel);
        return Answer(await FindAsync(record.Name, cancel) ?? throw new ProblemException(ProblemKind.NotFound, $"{record.Name} has no evaluation set.") { Where = "evaluation" });
    }

    /// <summary>The set in force, or null.</summary>
    internal async Task<EvaluationRecord?> FindAsync(ModelName model, CancellationToken cancel) =>
        await table.FindAsync(model, StorageNames.EvaluationRow, cancel) is { } row ? await rows.ReadAsync(row, EvaluationJson.Default.EvaluationRecord, cancel) : null;

    /// <summary>Its table.</summary>
    internal async Task<TableFile> OpenAsync(EvaluationRecord set, CancellationToken cancel) => await TableFile.OpenAsync(await files.GetAsync(set.Sha256, cancel), cancel);

    private static JsonHttpResult<EvaluationRecord> Answer(EvaluationRecord set) => TypedResults.Json(set, EvaluationJson.Default.EvaluationRecord);

    private async Task<EvaluationRecord> TakeAsync(HttpRequest request, ModelRecord model, CancellationToken cancel)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Largest + (1 << 20);
        var (sensitive, slices) = (List(request, "sensitive"), List(request, "slices"));
        var label = request.Query["label"].ToString() is { Length: > 0 } named ? named : throw Wrong("label", "The query says which column is the truth: ?label=…");
        var file = await files.AddAsync(request.Body, Largest, cancel);
        return await CheckAsync(file, new(file.Digest, label, sensitive, slices, 0, [], "upload", clock.GetUtcNow(), request.Caller().Actor)
        {
            Positive = request.Query["positive"].ToString() is { Length: > 0 } positive ? positive : null,
        }, model, cancel);
    }

    private async Task<EvaluationRecord> CutAsync(HttpRequest request, ModelRecord model, CancellationToken cancel)
    {
        var cut = await request.ReadAsync(EvaluationJson.Default.EvaluationCut, cancel);
        if (cut.From >= cut.To) throw Wrong("from", "from must be before to.");
        if (cut.Rows is < 1 or > MostRows) throw Wrong("rows", $"rows is a number from 1 to {MostRows}.");
        using var table = await Overtaken.AgainAsync(() => TableAsync(model, cut, cancel));
        var file = await files.AddAsync(table, Largest, cancel);
        return await CheckAsync(file, new(file.Digest, "label", cut.Sensitive ?? [], cut.Slices ?? [], 0, [], FormattableString.Invariant($"log {cut.From.UtcDateTime:O} {cut.To.UtcDateTime:O}"), clock.GetUtcNow(), request.Caller().Actor) { Positive = cut.Positive }, model, cancel);
    }

    // Inputs, segments and labels under their plain names, as an Arrow stream.
    private async Task<MemoryStream> TableAsync(ModelRecord model, EvaluationCut cut, CancellationToken cancel)
    {
        var query = new PredictionQuery(model.Name, cut.From, cut.To) { Status = 200, Choosing = column => Plain(column) is not null };
        var (chance, features) = (new Random(EvaluationTable.Seed), await FeaturesAsync(model, cancel));
        var (all, schema) = await LookAsync(query, features, cancel);
        // What is missing is said below.
        if (all == 0 && features.Count > 0) (all, schema) = await LookAsync(query, features = [], cancel);
        if (all == 0) throw Wrong("from", "The log has no labelled row in this window.");
        var table = new MemoryStream();
        using var writer = new ArrowStreamWriter(table, schema, leaveOpen: true);
        await foreach (var batch in log.ReadAsync(query, new(Labels: true, []), new(), cancel))
            using (batch)
            {
                if (!HasAll(batch, features)) continue;
                int[] kept = [.. Labelled(batch).Where(_ => all <= cut.Rows || chance.NextDouble() * all < cut.Rows)];
                if (kept.Length == 0) continue;
                using var taken = ArrowRows.Take(batch, column => column == "label" || Plain(column) is not null, kept);
                await writer.WriteRecordBatchAsync(new(schema, schema.FieldsList.Select(field => Column(taken, field)), taken.Length), cancel);
            }
        await writer.WriteEndAsync(cancel);
        table.Position = 0;
        return table;
    }

    // How many rows there are, and every column that one of them has: segments that callers began to send only later, too.
    private async Task<(long Rows, Schema Schema)> LookAsync(PredictionQuery query, IReadOnlyList<string> features, CancellationToken cancel)
    {
        var (count, fields) = (0L, new SortedDictionary<string, Field>(StringComparer.Ordinal));
        await foreach (var batch in log.ReadAsync(query, new(Labels: true, []), new(), cancel))
            using (batch)
            {
                if (!HasAll(batch, features) || Labelled(batch).Count() is not (> 0 and var labelled)) continue;
                count += labelled;
                // An input goes before a segment of its name.
                foreach (var field in batch.Schema.FieldsList.OrderBy(field => field.Name.StartsWith(LogColumns.Segment, StringComparison.Ordinal)))
                    if ((field.Name == "label" ? field.Name : Plain(field.Name)) is { } name) fields.TryAdd(name, new Field(name, field.DataType, true));
            }
        return (count, new(fields.Values, null));
    }

    // Rows of a version with other inputs are another table.
    private static bool HasAll(RecordBatch batch, IReadOnlyList<string> features) => features.All(feature => batch.Schema.GetFieldIndex(LogColumns.Input + feature) >= 0);

    private static IArrowArray Column(RecordBatch batch, Field field)
    {
        foreach (var name in (string[])[field.Name == "label" ? "label" : LogColumns.Input + field.Name, LogColumns.Segment + field.Name])
            if (batch.Schema.GetFieldIndex(name) is >= 0 and var at && batch.Column(at).Data.DataType.TypeId == field.DataType.TypeId) return batch.Column(at);
        return ArrowTypes.Nulls(field.DataType, batch.Length);
    }

    private async Task<IReadOnlyList<string>> FeaturesAsync(ModelRecord model, CancellationToken cancel) => (model.Champion ?? model.LastVersion) is > 0 and var number
        ? TableFeeder.Columns((await versions.GetAsync(model.Name, number, cancel)).Servable) ?? [] : [];

    private static IEnumerable<int> Labelled(RecordBatch batch) =>
        batch.Column("label") is StringArray labels ? Enumerable.Range(0, batch.Length).Where(row => !labels.IsNull(row)) : [];

    private static string? Plain(string column) =>
        column.EndsWith(LogColumns.Hash, StringComparison.Ordinal) ? null
        : column.StartsWith(LogColumns.Input, StringComparison.Ordinal) ? column[LogColumns.Input.Length..]
        : column.StartsWith(LogColumns.Segment, StringComparison.Ordinal) ? column[LogColumns.Segment.Length..]
        : null;

    private async Task<EvaluationRecord> CheckAsync(LocalArtifact file, EvaluationRecord set, ModelRecord model, CancellationToken cancel)
    {
        var read = await TableFile.OpenAsync(file.Path, cancel);
        var (count, columns) = (0L, new SortedSet<string>(StringComparer.Ordinal));
        await foreach (var batch in read.ReadAsync(cancel))
            using (batch)
            {
                count += batch.Length;
                columns.UnionWith(batch.Schema.FieldsList.Select(field => field.Name));
            }

        if (count == 0) throw Wrong("evaluation", "The table has no row that can be read.");
        foreach (var (where, name) in set.Sensitive.Select(name => ("sensitive", name)).Concat(set.Slices.Select(name => ("slices", name))).Prepend(("label", set.Label)))
            if (!columns.Contains(name)) throw new ProblemException(ProblemKind.InvalidRequest, $"The table has no column \"{name}\".") { Where = where, Expected = [.. columns.Take(100)] };
        await CheckFeaturesAsync(model, columns, cancel);
        await using var content = File.OpenRead(file.Path);
        await artifacts.PutAsync(file.Digest, content, cancel);
        return set with { Rows = count, Columns = [.. columns], BadRows = read.BadRows, BadSamples = read.BadRows > 0 ? read.BadSamples : null };
    }

    private async Task CheckFeaturesAsync(ModelRecord model, SortedSet<string> columns, CancellationToken cancel)
    {
        if ((model.Champion ?? model.LastVersion) is not (> 0 and var number)) return;
        var version = (await versions.GetAsync(model.Name, number, cancel)).Servable;
        if (TableFeeder.Columns(version) is not { } features) throw Wrong("evaluation", $"Version {number} takes tensors that are no columns of a table, so it cannot be evaluated on one.");
        string[] absent = [.. features.Where(feature => !columns.Contains(feature)).Take(10)];
        if (absent.Length > 0) throw new ProblemException(ProblemKind.InvalidRequest, $"The table lacks what version {number} takes: {string.Join(", ", absent)}.") { Where = absent[0], Expected = [.. features.Take(100)] };
    }

    private Task<ModelRecord> KeepAsync(ModelName model, EvaluationRecord set, HttpRequest request, CancellationToken cancel) => store.ChangeAsync(model, request.Caller(), async record =>
    {
        if (record is null) throw ModelStore.NotFound(model);
        var row = await rows.WriteAsync(model, StorageNames.EvaluationRow, set, EvaluationJson.Default.EvaluationRecord, cancel);
        row[ModelRows.Names] = set.Sha256.Hex;
        var before = await FindAsync(model, cancel);
        return new Plan(record, [new(TableTransactionActionType.UpsertReplace, row)], new Change(Actions.EvaluationChanged, "evaluation", before is null ? null : Story(before), Story(set)));
    }, cancel);

    private static JsonObject Story(EvaluationRecord set) => new()
    {
        ["sha256"] = set.Sha256.Hex,
        ["rows"] = set.Rows,
        ["label"] = set.Label,
        ["sensitive"] = new JsonArray([.. set.Sensitive.Select(name => JsonValue.Create(name))]),
        ["slices"] = new JsonArray([.. set.Slices.Select(name => JsonValue.Create(name))]),
        ["source"] = set.Source,
    };

    private static string[] List(HttpRequest request, string name)
    {
        string[] names = [.. request.Query[name].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        return names.Length <= MostColumns ? names : throw Wrong(name, $"At most {MostColumns} columns can be {name}.");
    }

    private static ProblemException Wrong(string where, string what) => new(ProblemKind.InvalidRequest, what) { Where = where };
}
