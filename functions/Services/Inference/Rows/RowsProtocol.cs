using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.Rows;

/// <summary>The suite's own protocol: rows of named features in, labels, probabilities and values out.</summary>
internal sealed class RowsProtocol(IOptions<InferenceOptions> options) : IInferenceProtocol
{
    private readonly int maximumRows = options.Value.MaxRows;

    /// <inheritdoc/>
    public Meters.RequestProtocol Kind => Meters.RequestProtocol.Rows;

    /// <inheritdoc/>
    public void CheckContentType(HttpRequest request) => JsonRequest.CheckContentType(request, octets: false);

    /// <inheritdoc/>
    public void Read(HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call) => JsonRequest.Read(body, call, Read);

    /// <inheritdoc/>
    public void Write(InferenceCall call) => RowsWriter.Write(call);

    /// <inheritdoc/>
    public Task RefuseAsync(HttpContext context, ProblemException problem) => Answer.WriteAsync(context, problem);

    private void Read(ref Utf8JsonReader reader, InferenceCall call)
    {
        var members = new MemberSet("rows", "entities", "segment", "key");
        MemberSet.Start(ref reader);
        while (members.Next(ref reader) is { } member)
        {
            reader.Read();
            if (member == "rows") ReadRows(ref reader, call);
            else if (member == "entities") call.Keys.ReadEntities(ref reader);
            else if (member == "segment") call.Keys.ReadSegments(ref reader);
            else if (reader.TokenType == JsonTokenType.String) call.Keys.Route(reader.GetString());
            else throw JsonRequest.Wrong("key", "is text");
        }
        members.Require("rows");
    }

    private void ReadRows(ref Utf8JsonReader reader, InferenceCall call)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonRequest.Wrong("rows", "is an array of objects");
        var filler = new RowFiller(call, maximumRows, ignoreUnknown: false);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) filler.ReadObject(ref reader);
        filler.Complete();
    }
}
