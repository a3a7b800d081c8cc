using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Versions;
using Serverless.Services.Tables;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>Gives versions their baselines: from a table that is uploaded, or came with the registration, or from a window of the version's own log.</summary>
public sealed class BaselineService(BaselineStore store, VersionReader versions, ArtifactFiles files, PredictionJoin log, ModelStore models, TimeProvider clock)
{
    /// <summary>The largest table in a request; what the Functions host takes.</summary>
    public const long Largest = 200L << 20;

    /// <summary>Answers <c>PUT /models/{m}/versions/{v}/baseline</c>: 201, or 200 for the same again.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>; <see cref="ProblemKind.InvalidRequest"/>: no table, no rows, none of the features, a column that is not there;
    /// <see cref="ProblemKind.Conflict"/>: the version has another baseline.</exception>
    public async Task<IResult> PutAsync(HttpRequest request, string model, int version, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        var known = await versions.GetAsync(name, version, cancel);
        var there = await FindAsync(name, version, cancel);
        return await KeepAsync(request, there, request.HasJsonContentType() ? await FromLogAsync(request, name, known, there, cancel) : await FromBodyAsync(request, name, known, there, cancel), cancel);
    }

    /// <summary>Keeps a baseline that was made elsewhere: 201, or 200 for the same again.</summary>
    /// <exception cref="ProblemException">As <see cref="PutAsync"/>.</exception>
    internal async Task<IResult> ImportAsync(HttpRequest request, ModelName name, int version, ImportedTable table, CancellationToken cancel)
    {
        var known = await versions.GetAsync(name, version, cancel);
        var rows = table.Columns.Max(column => column.Rows);
        Check(rows, table.Names, table.Roles, known);
        BaselineColumn[] columns = [.. table.Columns.Select(column => (Column: column, Is: table.Roles.RoleOf(column.Name)!.Value)).Select(one => BaselineSummary.Of(one.Column, one.Is.Role, one.Is.Watched))];
        var features = columns.Zip(table.Columns).Where(column => column.First.Role == ColumnRole.Feature).ToDictionary(column => column.First.Watched, column => BaselineSummary.Proposal(column.Second));
        var baseline = new Baseline(name.Value, version, clock.GetUtcNow(), table.Source, rows, columns) { BadSamples = table.Left, MissingFeatures = [.. Features(known).Except(features.Keys)], Contract = features };
        return await KeepAsync(request, await FindAsync(name, version, cancel), new(baseline, [.. table.Columns.Select(ColumnFile.Write)], null), cancel);
    }

    private async Task<IResult> KeepAsync(HttpRequest request, Baseline? there, BaselineParts made, CancellationToken cancel)
    {
        var kept = there ?? await store.KeepAsync(made, cancel);
        if (kept.Source != made.Baseline.Source)
            throw new ProblemException(ProblemKind.Conflict, $"Version {kept.Version} has another baseline already, and a version never changes: register the model again for a new one.") { Where = "baseline" };
        if (there is null) await RecordAsync(request, kept, cancel);
        return Answered(kept, there is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, request);
    }

    /// <summary>Answers <c>GET /models/{m}/versions/{v}/baseline</c>.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.VersionNotFound"/>, <see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> GetAsync(HttpRequest request, string model, int version, CancellationToken cancel)
    {
        await versions.GetAsync(ModelName.Parse(model), version, cancel);
        return await FindAsync(ModelName.Parse(model), version, cancel) is { } baseline
            ? Answered(baseline, StatusCodes.Status200OK, request)
            : throw new ProblemException(ProblemKind.NotFound, $"Version {version} of {model} has no baseline.") { Where = "baseline" };
    }

    private async Task RecordAsync(HttpRequest request, Baseline baseline, CancellationToken cancel)
    {
        var told = new JsonObject { ["source"] = baseline.Source, ["rows"] = baseline.Rows, ["columns"] = baseline.Columns.Count };
        var change = new Change(Actions.BaselineSet, $"versions/{baseline.Version}/baseline", null, told);
        await models.ChangeAsync(ModelName.Parse(baseline.Model), request.Caller(), record => Task.FromResult(record is null ? null : new Plan(record, [], change)), cancel);
    }

    /// <summary>A version's baseline, made now where its table came with the registration; null when it has none.</summary>
    public async Task<Baseline?> FindAsync(ModelName model, int version, CancellationToken cancel)
    {
        if (await store.FindAsync(model, version, cancel) is { } baseline) return baseline;
        var known = await versions.GetAsync(model, version, cancel);
        if (known.Metadata.Baseline is not { } table) return null;
        var made = await FromTableAsync(model, known, await files.GetAsync(table, cancel), table, BaselineRoles.None, cancel);
        return await store.KeepAsync(made, cancel);
    }

    private async Task<BaselineParts> FromBodyAsync(HttpRequest request, ModelName model, ModelVersion version, Baseline? there, CancellationToken cancel)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Largest + (1 << 20);
        var roles = BaselineRoles.Of(request);
        var file = await files.AddAsync(request.Body, Largest, cancel);
        if (there?.Source == Source(file.Digest, roles)) return new(there, [], null);
        return await FromTableAsync(model, version, file.Path, file.Digest, roles, cancel);
    }

    private async Task<BaselineParts> FromTableAsync(ModelName model, ModelVersion version, string path, Digest digest, BaselineRoles roles, CancellationToken cancel)
    {
        var table = await TableFile.OpenAsync(path, cancel);
        var (rows, columns) = (0L, new HashSet<string>());
        await foreach (var batch in table.ReadAsync(cancel))
            using (batch)
            {
                rows += batch.Length;
                columns.UnionWith(batch.Schema.FieldsList.Select(field => field.Name));
            }
        Check(rows, columns, roles, version);
        var builder = new BaselineBuilder(rows, roles.RoleOf, roles.Types, name => IsSingle(version, name));
        await foreach (var batch in table.ReadAsync(cancel))
            using (batch) builder.Add(batch);
        return Made(model, version, Source(digest, roles), builder, table);
    }

    private async Task<BaselineParts> FromLogAsync(HttpRequest request, ModelName model, ModelVersion version, Baseline? there, CancellationToken cancel)
    {
        var window = await request.ReadAsync(BaselineWire.Default.BaselineWindow, cancel);
        if (window.From >= window.To) throw new ProblemException(ProblemKind.InvalidRequest, "from must be before to.") { Where = "from" };
        if (window.To > clock.GetUtcNow()) throw new ProblemException(ProblemKind.InvalidRequest, "to lies in the future: the window must be over.") { Where = "to" };
        var source = string.Create(CultureInfo.InvariantCulture, $"log {window.From.UtcDateTime:O} {window.To.UtcDateTime:O}");
        if (there?.Source == source) return new(there, [], null);
        var query = new PredictionQuery(model, window.From, window.To) { Choosing = column => LogRole(column) is not null, Version = version.Number, Status = 200 };
        return Made(model, version, source, await Overtaken.AgainAsync(() => FromWindowAsync(query, cancel)), null);
    }

    private async Task<BaselineBuilder> FromWindowAsync(PredictionQuery query, CancellationToken cancel)
    {
        var rows = 0L;
        await foreach (var batch in log.ReadAsync(query with { Choosing = column => column == LogColumns.Version }, new(false, []), new(), cancel))
            using (batch) rows += batch.Length;
        if (rows == 0) throw new ProblemException(ProblemKind.InvalidRequest, $"The log has no answered row of version {query.Version} in this window.") { Where = "from" };
        var builder = new BaselineBuilder(rows, LogRole, new Dictionary<string, ColumnType>(), _ => false);
        await foreach (var batch in log.ReadAsync(query, new(true, []), new(), cancel))
            using (batch) builder.Add(batch);
        return builder;
    }

    private static (ColumnRole Role, string Watched)? LogRole(string column) =>
        column.EndsWith(LogColumns.Hash, StringComparison.Ordinal) ? null
        : Plain(column, LogColumns.Input) is { } feature ? (ColumnRole.Feature, feature)
        : Plain(column, LogColumns.Output) is { } output ? (ColumnRole.Prediction, output)
        : Plain(column, LogColumns.Segment) is { } segment ? (ColumnRole.Segment, segment)
        : column is "label" ? (ColumnRole.Label, "label") : null;

    private static string? Plain(string column, string prefix) => column.StartsWith(prefix, StringComparison.Ordinal) ? column[prefix.Length..] : null;

    private BaselineParts Made(ModelName model, ModelVersion version, string source, BaselineBuilder builder, TableFile? table)
    {
        var parts = builder.Build(model, version.Number, clock.GetUtcNow(), source);
        var features = parts.Baseline.Columns.Where(column => column.Role == ColumnRole.Feature).Select(column => column.Watched);
        return parts with { Baseline = parts.Baseline with { BadRows = table?.BadRows ?? 0, BadSamples = table?.BadSamples ?? [], MissingFeatures = [.. Features(version).Except(features)] } };
    }

    private static void Check(long rows, HashSet<string> columns, BaselineRoles roles, ModelVersion version)
    {
        if (rows == 0) throw new ProblemException(ProblemKind.InvalidRequest, "The table has no row that can be read.");
        if (roles.Named.FirstOrDefault(name => !columns.Contains(name)) is { } absent)
            throw new ProblemException(ProblemKind.InvalidRequest, $"The table has no column \"{absent}\".") { Where = absent, Expected = [.. columns.Order(StringComparer.Ordinal).Take(100)] };
        var features = Features(version);
        if (features.Count > 0 && !features.Any(columns.Contains))
            throw new ProblemException(ProblemKind.InvalidRequest, "The table has none of the version's features.") { Where = "baseline", Expected = [.. features.Take(100)] };
    }

    /// <summary>The names of the columns of the log's inputs, as far as the version tells them.</summary>
    private static IReadOnlyList<string> Features(ModelVersion version) =>
        version.Metadata.FeatureNames ?? (version.Signature.Inputs.All(input => input.Shape is null or { Count: <= 2 }) && version.Signature.Inputs.Count > 1 ? [.. version.Signature.Inputs.Select(input => input.Name)] : []);

    /// <summary>A feature of an input, or an output, of 32 bits or fewer; 16-bit forms are widened to 32 in the log.</summary>
    private static bool IsSingle(ModelVersion version, string name)
    {
        var values = version.Metadata.FeatureNames?.Contains(name) == true && version.Signature.Inputs.Count == 1
            ? version.Signature.Inputs : version.Signature.Inputs.Concat(version.Signature.Outputs).Where(value => value.Name == name);
        return values.FirstOrDefault()?.ElementType is ElementType.Float or ElementType.Float16 or ElementType.BFloat16;
    }

    private static string Source(Digest digest, BaselineRoles roles) => $"sha256 {digest.Hex} {roles.Text}";

    private static IResult Answered(Baseline baseline, int status, HttpRequest request)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(baseline, BaselineJson.Default.Baseline);
        var tag = Preconditions.ETag(1, body);
        request.HttpContext.Response.Headers.ETag = tag;
        return status == StatusCodes.Status200OK && HttpMethods.IsGet(request.Method) && request.Has(tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new BytesResult(body, status);
    }

    private sealed class BytesResult(byte[] body, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            return httpContext.Response.Body.WriteAsync(body).AsTask();
        }
    }
}

/// <summary>A window of the version's own log.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
internal sealed record BaselineWindow(DateTimeOffset From, DateTimeOffset To);

/// <summary>What callers send.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BaselineWindow))]
internal sealed partial class BaselineWire : JsonSerializerContext;
