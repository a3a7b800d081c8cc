using Microsoft.AspNetCore.Http;

namespace Serverless.Services.Http;

/// <summary>What a browser is told of every page: it runs nothing, loads nothing, is in no frame, and sends nothing anywhere.</summary>
public static class Pages
{
    /// <summary>The content security policy of pages that bring their own style and no script.</summary>
    public const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets a page's headers.</summary>
    public static void Guard(this HttpResponse response, string policy = Policy)
    {
        var headers = response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers.XFrameOptions) = (policy, "nosniff", "DENY");
        headers["Referrer-Policy"] = "no-referrer";
    }
}
