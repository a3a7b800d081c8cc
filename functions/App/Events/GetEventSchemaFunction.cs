using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Events;
using Serverless.Services.Http;

namespace Serverless.App.Events;

/// <summary>Serves the JSON Schema of an event type's data.</summary>
public sealed class GetEventSchemaFunction
{
    [Function("GetEventSchema")]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "schemas/events/{type}.json")] HttpRequest request, string type) =>
        Answer.From(() => Task.FromResult<IResult>(TypedResults.Text(EventSchemas.Text(type), "application/schema+json")));
}
