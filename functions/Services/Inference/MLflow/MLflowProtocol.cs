using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Inference.Running;

namespace Serverless.Services.Inference.MLflow;

/// <summary>
/// MLflow's scoring formats. Data frames (split, records, CSV) are answered with records, tensors (instances, inputs) with an
/// array for each output, as MLflow's server answers for ONNX models.
/// </summary>
internal sealed class MLflowProtocol(IOptions<InferenceOptions> options) : IInferenceProtocol
{
    private readonly int maximumRows = options.Value.MaxRows;

    /// <inheritdoc/>
    public Meters.RequestProtocol Kind => Meters.RequestProtocol.MLflow;

    /// <inheritdoc/>
    public void CheckContentType(HttpRequest request)
    {
        if (!IsCsv(request)) JsonRequest.CheckContentType(request, octets: false);
    }

    /// <inheritdoc/>
    public void Read(HttpRequest request, ReadOnlySpan<byte> body, InferenceCall call)
    {
        if (IsCsv(request))
        {
            CsvFrame.Read(body, new(call, maximumRows, ignoreUnknown: true));
            call.Tabular = true;
            return;
        }
        JsonRequest.Read(body, call, Read);
    }

    /// <inheritdoc/>
    public void Write(InferenceCall call)
    {
        var json = call.Response.Json;
        json.WriteStartObject();
        if (call.Tabular) WriteRecords(json, call);
        else WriteTensors(json, call);
        json.WriteEndObject();
        json.Flush();
    }

    /// <inheritdoc/>
    public Task RefuseAsync(HttpContext context, ProblemException problem) => MLflowProblems.WriteAsync(context, problem);

    private void Read(ref Utf8JsonReader reader, InferenceCall call)
    {
        string[] forms = ["dataframe_split", "dataframe_records", "instances", "inputs"];
        var members = new MemberSet([.. forms, "params", "signature_name"]);
        MemberSet.Start(ref reader);
        while (members.Next(ref reader) is { } member)
        {
            reader.Read();
            if (member is "params" or "signature_name") reader.Skip();
            else if (forms.Count(members.Has) > 1) break;
            else ReadForm(ref reader, member, call);
        }
        if (forms.Count(members.Has) != 1)
            throw new ProblemException(ProblemKind.InvalidRequest, "The request has exactly one of dataframe_split, dataframe_records, instances and inputs.") { Expected = forms };
    }

    private void ReadForm(ref Utf8JsonReader reader, string form, InferenceCall call)
    {
        call.Tabular = form.StartsWith("dataframe", StringComparison.Ordinal);
        if (form == "instances") TensorForms.ReadInstances(ref reader, call, maximumRows);
        else if (form == "inputs") TensorForms.ReadInputs(ref reader, call);
        else if (form == "dataframe_split") SplitFrame.Read(ref reader, new(call, maximumRows, ignoreUnknown: true));
        else ReadRecords(ref reader, new(call, maximumRows, ignoreUnknown: true));
    }

    private static void ReadRecords(ref Utf8JsonReader reader, RowFiller filler)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonRequest.Wrong("dataframe_records", "is an array of objects");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) filler.ReadObject(ref reader);
        filler.Complete();
    }

    private static void WriteRecords(Utf8JsonWriter json, InferenceCall call)
    {
        json.WriteStartArray("predictions"u8);
        for (var row = 0; row < call.Rows; row++) OutputRecords.WriteRecord(json, call, row);
        json.WriteEndArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, InferenceCall call)
    {
        json.WriteStartObject("predictions"u8);
        foreach (var output in call.Outputs)
        {
            json.WritePropertyName(output.Slot.Utf8);
            JsonValues.WriteNested(json, output, 0, output.Shape);
        }
        json.WriteEndObject();
    }

    private static bool IsCsv(HttpRequest request) =>
        request.ContentType is { } type && type.AsSpan().TrimStart().StartsWith("text/csv", StringComparison.OrdinalIgnoreCase);
}
