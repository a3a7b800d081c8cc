using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Serverless.Benchmarks.Serving;

/// <summary>
/// The baseline: what a good engineer writes by hand in an afternoon for one model. One route, the Open Inference Protocol's
/// body read in one pass from the pipe, ONNX Runtime on pooled memory, the answer written straight to the pipe.
/// No validation, no versions, no keys, no ids, no limits.
/// </summary>
internal static class BareServer
{
    public static async Task RunAsync(string[] args)
    {
        using var session = new InferenceSession(args[0], new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
        var builder = WebApplication.CreateSlimBuilder(args[1..]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/v2/models/{model}/infer", context => AnswerAsync(context, session));
        await app.StartAsync();
        Console.WriteLine($"listening on {string.Join(' ', app.Urls)}");
        await app.WaitForShutdownAsync();
    }

    private static async Task AnswerAsync(HttpContext context, InferenceSession session)
    {
        var reader = context.Request.BodyReader;
        ReadResult read;
        while (!(read = await reader.ReadAsync()).IsCompleted) reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        var (values, rows, columns) = Parse(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, rows * columns), [rows, columns]);
            using var run = new RunOptions();
            using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
            context.Response.ContentType = "application/json";
            Write(context.Response.BodyWriter, session, outputs);
            await context.Response.BodyWriter.FlushAsync();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    private static (float[] Values, int Rows, int Columns) Parse(ReadOnlySequence<byte> body)
    {
        var json = new Utf8JsonReader(body);
        var values = ArrayPool<float>.Shared.Rent(512);
        int count = 0, rows = 0, columns = 0;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            if (json.ValueTextEquals("shape"u8))
            {
                json.Read();
                json.Read();
                rows = json.GetInt32();
                json.Read();
                columns = json.GetInt32();
            }
            else if (json.ValueTextEquals("data"u8))
            {
                json.Read();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    if (count == values.Length) values = Grow(values);
                    values[count++] = json.GetSingle();
                }
            }
        }

        return (values, rows, columns);
    }

    private static float[] Grow(float[] values)
    {
        var larger = ArrayPool<float>.Shared.Rent(values.Length * 2);
        values.CopyTo(larger, 0);
        ArrayPool<float>.Shared.Return(values);
        return larger;
    }

    private static void Write(PipeWriter pipe, InferenceSession session, IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        using var json = new Utf8JsonWriter(pipe, new() { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("model_name"u8, "iris"u8);
        json.WriteStartArray("outputs"u8);
        for (var at = 0; at < outputs.Count; at++)
        {
            var info = outputs[at].GetTensorTypeAndShape();
            json.WriteStartObject();
            json.WriteString("name"u8, session.OutputNames[at]);
            json.WriteString("datatype"u8, info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 ? "INT64"u8 : "FP32"u8);
            json.WriteStartArray("shape"u8);
            foreach (var size in info.Shape) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data"u8);
            if (info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64)
                foreach (var value in outputs[at].GetTensorDataAsSpan<long>()) json.WriteNumberValue(value);
            else
                foreach (var value in outputs[at].GetTensorDataAsSpan<float>()) json.WriteNumberValue(value);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
