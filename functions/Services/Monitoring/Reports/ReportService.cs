using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Findings;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>Answers with a finding's report, as a page or as data.</summary>
public sealed class ReportService(FindingService findings, FindingStore store)
{
    private const int MostWindows = 30;

    /// <summary>Answers <c>GET /models/{m}/findings/{id}/report</c>: HTML, or JSON for who prefers it.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.NotFound"/></exception>
    public async Task<IResult> AnswerAsync(HttpRequest request, string model, string id, CancellationToken cancel)
    {
        var finding = await findings.FindAsync(model, id, cancel);
        var earlier = await EarlierAsync(finding, cancel);
        request.HttpContext.Response.Guard();
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        return PrefersJson(request)
            ? TypedResults.Json(Report.Of(finding, earlier), ReportWire.Default.Report)
            : TypedResults.Content(FindingReport.Html(finding, earlier), "text/html; charset=utf-8");
    }

    /// <summary>The monitor's windows before. Their rows tell every value, so that no finding is read whole for a point in a line.</summary>
    private async Task<IReadOnlyList<Finding>> EarlierAsync(Finding finding, CancellationToken cancel)
    {
        var (rows, _) = await store.ListAsync(ModelName.Parse(finding.Model), finding.Monitor, DateTimeOffset.UnixEpoch, finding.Window.To, null, MostWindows + 1, cancel);
        return [.. rows.Where(row => row.Window.To < finding.Window.To).Take(MostWindows).Select(row => row.Finding)];
    }

    /// <summary>Whether JSON is asked for before HTML; whoever takes anything gets the page.</summary>
    private static bool PrefersJson(HttpRequest request)
    {
        double Quality(string type) => request.GetTypedHeaders().Accept.Where(accepted => accepted.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(accepted => accepted.Quality ?? 1).DefaultIfEmpty(0).Max();
        return Quality("application/json") > Quality("text/html");
    }
}
