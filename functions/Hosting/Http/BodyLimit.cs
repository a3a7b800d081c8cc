using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Serverless.Hosting.Http;

/// <summary>Bodies of the host's own doors, which are small.</summary>
internal static class BodyLimit
{
    /// <summary>Lets the server refuse what is longer, by its stated length or while it is read: <see cref="BadHttpRequestException"/> with 413.</summary>
    public static void LimitBody(this HttpRequest request, long largest)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = largest;
    }
}
