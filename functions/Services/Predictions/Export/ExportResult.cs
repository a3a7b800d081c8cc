using Apache.Arrow;
using Apache.Arrow.Ipc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Serverless.Services.Predictions;

/// <summary>Sends batches. Whatever could go wrong with reading them has done so before.</summary>
internal sealed class ExportResult(ExportFormat format, Schema schema, IReadOnlyList<RecordBatch> batches, string? next) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response, cancel) = (httpContext.Request, httpContext.Response, httpContext.RequestAborted);
        response.ContentType = ExportFormats.TypeOf(format);
        response.Headers.Vary = "Accept";
        if (next is not null)
        {
            response.Headers["x-next-page-token"] = next;
            response.Headers.Link = $"<{Next(request)}>; rel=\"next\"";
        }
        await (format switch
        {
            ExportFormat.JsonLines => JsonLines.WriteAsync(response.BodyWriter, batches, cancel),
            ExportFormat.Csv => CsvLines.WriteAsync(response.BodyWriter, schema, batches, cancel),
            ExportFormat.Arrow => WriteArrowAsync(response.Body, cancel),
        });
    }

    private async Task WriteArrowAsync(Stream body, CancellationToken cancel)
    {
        using var writer = new ArrowStreamWriter(body, schema, leaveOpen: true);
        await writer.WriteStartAsync(cancel);
        foreach (var batch in batches) await writer.WriteRecordBatchAsync(batch, cancel);
        await writer.WriteEndAsync(cancel);
    }

    private string Next(HttpRequest request)
    {
        var query = request.Query.Where(pair => pair.Key is not ("pageToken" or "code")).SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value));
        return QueryHelpers.AddQueryString(request.Path, query.Append(new("pageToken", next)));
    }
}
