using Microsoft.AspNetCore.Http;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Registry.Aliases;

namespace Serverless.Services.Registry;

/// <summary>Answers with a model or a version as it is now, its pointers beside it.</summary>
/// <param name="aliases">The pointers.</param>
public sealed class RegistryAnswers(AliasService aliases)
{
    /// <summary>A model; 201 with its address where it is new.</summary>
    public async Task<IResult> ModelAsync(HttpRequest request, ModelRecord model, bool created, CancellationToken cancel) => Revisions.Json(
        request, ModelResponse.Of(model, await aliases.ListAsync(model.Name, cancel)), RegistryJson.Default.ModelResponse,
        model.Revision, created ? Address(model.Name) : null);

    /// <summary>A version; 201 with its address where it is new.</summary>
    public async Task<IResult> VersionAsync(HttpRequest request, ModelName model, ModelVersion version, bool created, CancellationToken cancel) => Revisions.Json(
        request, VersionResponse.Of(model, version, await aliases.ListAsync(model, cancel)), RegistryJson.Default.VersionResponse,
        version.Revision, created ? $"{Address(model)}/versions/{version.Number}" : null);

    private static string Address(ModelName model) => $"/models/{Uri.EscapeDataString(model.Value)}";
}
