using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Reports;

namespace Serverless.App.Monitoring;

/// <summary>Reads a finding as a page, or as what the page is drawn from.</summary>
public sealed class GetReportFunction(ReportService reports)
{
    [Function("GetReport")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/findings/{id}/report")] HttpRequest request,
        string model,
        string id,
        CancellationToken cancel) => Answer.From(() => reports.AnswerAsync(request, model, id, cancel));
}
