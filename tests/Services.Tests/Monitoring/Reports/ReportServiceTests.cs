using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Core.Monitoring;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.Reports;

namespace Serverless.Services.Tests.Monitoring.Reports;

/// <summary>Reports over HTTP, from findings that are kept.</summary>
public sealed class ReportServiceTests(Testing.AzuriteFixture azurite)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static async Task<(DefaultHttpContext Context, string Body)> AskAsync(ScanRig rig, string id, string? accept)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        if (accept is not null) context.Request.Headers.Accept = accept;
        context.Response.Body = new MemoryStream();
        var answer = await new ReportService(rig.Get<FindingService>(), rig.Findings).AnswerAsync(context.Request, rig.Model.Value, id, Cancel);
        await answer.ExecuteAsync(context);
        return (context, System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }

    private static async Task<(ScanRig Rig, Finding Last)> RigAsync(string connection)
    {
        var rig = new ScanRig(connection, ScanRig.Utc("2026-03-20T00:00:00Z"));
        for (var week = 60; ; week++)
        {
            var finding = Elec2.Week(week) with { Model = rig.Model.Value };
            Assert.True(await rig.Findings.TryKeepAsync(finding, 1, null, Cancel));
            if (week == 63) return (rig, finding);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    [InlineData("application/json;q=0.5, text/html")]
    [InlineData("not a media type")]
    public async Task Answer_ToABrowser_IsAPageThatMayLoadNothing(string? accept)
    {
        var (rig, finding) = await RigAsync(azurite.ConnectionString);
        await using var _ = rig;
        var (context, body) = await AskAsync(rig, finding.Id.ToString(), accept);
        Assert.Equal((200, "text/html; charset=utf-8"), (context.Response.StatusCode, context.Response.ContentType));
        Assert.Equal(Pages.Policy, context.Response.Headers.ContentSecurityPolicy);
        Assert.Equal("nosniff", context.Response.Headers.XContentTypeOptions);
        Assert.StartsWith("<!DOCTYPE html>", body, StringComparison.Ordinal);
        Assert.Contains("over 4 windows", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html;q=0.1, application/json;q=0.9")]
    public async Task Answer_ToAProgram_IsWhatThePageIsDrawnFrom(string accept)
    {
        var (rig, finding) = await RigAsync(azurite.ConnectionString);
        await using var _ = rig;
        var (context, body) = await AskAsync(rig, finding.Id.ToString(), accept);
        var report = JsonDocument.Parse(body).RootElement;
        Assert.StartsWith("application/json", context.Response.ContentType, StringComparison.Ordinal);
        Assert.Equal(finding.Id, report.GetProperty("finding").GetProperty("id").GetGuid());
        Assert.Equal(4, report.GetProperty("series")[0].GetProperty("points").GetArrayLength());
    }

    [Theory]
    [InlineData("01900000-0000-7000-8000-999999999999")]
    [InlineData("../..")]
    public async Task Answer_OfAnUnknownFinding_IsNotFound(string id)
    {
        await using var rig = new ScanRig(azurite.ConnectionString, ScanRig.Utc("2026-03-20T00:00:00Z"));
        var problem = await Assert.ThrowsAsync<ProblemException>(() => AskAsync(rig, id, null));
        Assert.Equal(ProblemKind.NotFound, problem.Kind);
    }
}
