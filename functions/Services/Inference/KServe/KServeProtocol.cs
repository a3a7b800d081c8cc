using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.KServe;

/// <summary>KServe's first protocol: <c>instances</c> (or <c>inputs</c>) in, <c>predictions</c> out: the value of the only output, or an object by output name.</summary>
internal sealed class KServeProtocol(IOptions<InferenceOptions> options) : IInferenceProtocol
{
    private readonly int maximumRows = options.Value.MaxRows;

    /// <inheritdoc/>
    public Meters.RequestProtocol Kind => Meters.RequestProtocol.V1;

    /// <inheritdoc/>
    public void CheckContentType(HttpRequest request) => JsonRequest.CheckContentType(request, octets: false);

    /// <inheritdoc/>
    public void Read(HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call) => JsonRequest.Read(body, call, Read);

    /// <inheritdoc/>
    public void Write(InferenceCall call)
    {
        var json = call.Response.Json;
        json.WriteStartObject();
        json.WriteStartArray("predictions"u8);
        for (var row = 0; row < call.Rows; row++) OutputRecords.WriteRow(json, call, row);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <inheritdoc/>
    public Task RefuseAsync(HttpContext context, ProblemException problem) => Answer.WriteAsync(context, problem);

    private void Read(ref Utf8JsonReader reader, InferenceCall call)
    {
        var members = new MemberSet("instances", "inputs", "signature_name");
        MemberSet.Start(ref reader);
        while (members.Next(ref reader) is { } member)
        {
            reader.Read();
            if (member == "instances") TensorForms.ReadInstances(ref reader, call, maximumRows);
            else if (member == "inputs") TensorForms.ReadInputs(ref reader, call);
            else reader.Skip();
        }
        if (members.Has("instances") == members.Has("inputs"))
            throw new ProblemException(ProblemKind.InvalidRequest, "The request has either \"instances\" or \"inputs\".") { Where = "instances" };
    }
}
