using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Serverless.Services.Http;

namespace Serverless.Services.Reference;

/// <summary>The HTTP surface in writing: as an OpenAPI document, and as a page. Written once, when first asked for.</summary>
/// <param name="routes">What the application maps, in the words of its sources.</param>
public sealed class ApiReference(Func<XmlDocs, IReadOnlyList<Route>> routes)
{
    // Both only change with the build: one revision.
    private const int Revision = 1;

    private readonly Lazy<(byte[] Json, byte[] Page)> written = new(() => Write(routes));

    /// <summary>Answers <c>GET /openapi.json</c>.</summary>
    public IResult Document(HttpRequest request) => Revisions.Body(request, written.Value.Json, "application/json; charset=utf-8", Revision);

    /// <summary>Answers <c>GET /reference</c>.</summary>
    public IResult Page(HttpRequest request)
    {
        request.HttpContext.Response.Guard();
        return Revisions.Body(request, written.Value.Page, "text/html; charset=utf-8", Revision);
    }

    private static (byte[] Json, byte[] Page) Write(Func<XmlDocs, IReadOnlyList<Route>> routes)
    {
        var docs = XmlDocs.Load();
        var document = new OpenApiWriter(docs).Write(routes(docs));
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        return (Encoding.UTF8.GetBytes(text.ToString()), Encoding.UTF8.GetBytes(ReferencePage.Html(document)));
    }
}

/// <summary>Composes the reference.</summary>
public static class ReferenceRegistration
{
    /// <summary>Registers <see cref="ApiReference"/>.</summary>
    public static IServiceCollection AddReference(this IServiceCollection services, Func<XmlDocs, IReadOnlyList<Route>> routes) => services.AddSingleton(new ApiReference(routes));
}
