using System.Globalization;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.OpenInference;

/// <summary>Open Inference Protocol v2 over REST, with the binary tensor and classification extensions.</summary>
internal sealed class OpenInferenceProtocol : IInferenceProtocol
{
    private const string JsonLength = "Inference-Header-Content-Length";

    /// <inheritdoc/>
    public Meters.RequestProtocol Kind => Meters.RequestProtocol.V2;

    /// <inheritdoc/>
    public void CheckContentType(HttpRequest request) => JsonRequest.CheckContentType(request, octets: true);

    /// <inheritdoc/>
    public void Read(HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call)
    {
        var length = body.Length;
        if (request.Headers.TryGetValue(JsonLength, out var given) &&
            (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > body.Length))
            throw new ProblemException(ProblemKind.InvalidRequest, $"{JsonLength} is the number of bytes of JSON at the beginning of the body.") { Where = JsonLength };
        if (length == 0 && given.Count > 0) RawRequest.Read(body, call);
        else new InferReader(body[..length], body[length..], call).Read();
    }

    /// <inheritdoc/>
    public void Write(InferenceCall call) => InferWriter.Write(call);

    /// <inheritdoc/>
    public Task RefuseAsync(HttpContext context, ProblemException problem) => Answer.WriteAsync(context, problem);
}
