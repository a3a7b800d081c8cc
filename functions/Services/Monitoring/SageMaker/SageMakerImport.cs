using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Registry.Policies;
using Serverless.Services.Registry.Versions;

namespace Serverless.Services.Monitoring.SageMaker;

/// <summary>Takes what SageMaker Model Monitor's baseline job wrote: statistics become a version's baseline, constraints the contract of the model's policy.</summary>
public sealed class SageMakerImport(BaselineService baselines, VersionReader versions, PolicyVersions policies, PolicyService writer)
{
    /// <summary>How the source of a baseline begins that came from there.</summary>
    internal const string Origin = "sagemaker ";

    private const int Largest = 64 << 20;

    /// <summary>Answers <c>PUT /models/{m}/versions/{v}/sagemaker/statistics</c>: 201, or 200 for the same again. Its query says what columns are there for, as for any baseline.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: the file is wrong, it says where, or tells nothing of any feature; <see cref="ProblemKind.Conflict"/>: the version has another baseline.</exception>
    public async Task<IResult> StatisticsAsync(HttpRequest request, string model, int version, CancellationToken cancel)
    {
        var roles = BaselineRoles.Of(request);
        if (roles.Types.Count > 0) throw new ProblemException(ProblemKind.InvalidRequest, "statistics.json says itself what its columns hold.") { Where = "types" };
        var file = await request.ReadBytesAsync(Largest, cancel);
        var told = SageMakerStatistics.Read(file).Columns;
        var read = told.Where(column => roles.RoleOf(column.Name) is not null).Select(ImportedValues.Of).ToArray();
        WindowColumn[] columns = [.. read.Select(one => one.Column).OfType<WindowColumn>()];
        string[] left = [.. read.Select(one => one.Why).OfType<string>()];
        if (columns.Length == 0)
            throw new ProblemException(ProblemKind.InvalidRequest, $"statistics.json at /features: no column's distribution is told: {string.Join("; ", left)}.") { Where = "/features" };
        var source = $"{Origin}sha256 {Convert.ToHexStringLower(SHA256.HashData(file))} {roles.Text}";
        return await baselines.ImportAsync(request, ModelName.Parse(model), version, new(source, [.. told.Select(column => column.Name)], columns, roles, left), cancel);
    }

    /// <summary>Answers <c>PUT /models/{m}/versions/{v}/sagemaker/constraints</c> with the policy that is in force then.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: the file is wrong, it says where; <see cref="ProblemKind.PreconditionFailed"/>: the policy is another than <c>If-Match</c> says.</exception>
    public async Task<IResult> ConstraintsAsync(HttpRequest request, string model, int version, CancellationToken cancel)
    {
        var name = ModelName.Parse(model);
        await versions.GetAsync(name, version, cancel);
        var promised = SageMakerConstraints.Read(await request.ReadBytesAsync(Largest, cancel)).Columns;
        var record = await writer.ChangeAsync(name, policy => Merged(policy, promised), request.IfMatch(), request.Caller(), cancel);
        return PolicyAnswer.Of(request, await policies.InForceAsync(record, cancel), record.PolicyVersion);
    }

    private static PolicyDocument Merged(PolicyDocument policy, IReadOnlyList<ExpectedColumn> promised)
    {
        var root = JsonNode.Parse(policy.Json)!.AsObject();
        var contract = Child(Child(root, "monitoring"), "contract");
        foreach (var column in promised)
        {
            var said = Child(contract, column.Name);
            if (column.Type.ToColumnType() is { } type) said["type"] = JsonNamingPolicy.CamelCase.ConvertName(type.ToString());
            said["required"] = true;
            if (column.Completeness is { } completeness) said["completeness"] = completeness;
            if (column.Minimum is { } least) said["minimum"] = least;
            if (column.Categories is { } labels) said["categories"] = new JsonArray([.. labels.Select(label => (JsonNode?)label)]);
        }
        return PolicyDocument.Parse(root.ToJsonString(), isYaml: false);
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject there) return there;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }
}
