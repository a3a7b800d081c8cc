using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Reference;

namespace Serverless.App.Reference;

/// <summary>The HTTP surface as a page, which needs no network.</summary>
public sealed class GetReferenceFunction(ApiReference reference)
{
    [Function("GetReference")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "reference")] HttpRequest request) => reference.Page(request);
}
