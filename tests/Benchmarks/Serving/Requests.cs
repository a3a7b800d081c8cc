using System.Globalization;
using System.Text;

namespace Serverless.Benchmarks.Serving;

/// <summary>The bodies that every server is asked: Open Inference Protocol, four features of iris a row.</summary>
internal static class Requests
{
    public static string Infer(int rows)
    {
        var random = new Random(20_260_101);
        var body = new StringBuilder($"{{\"inputs\":[{{\"name\":\"input\",\"shape\":[{rows},4],\"datatype\":\"FP32\",\"data\":[");
        for (var at = 0; at < rows * 4; at++)
            body.Append(at == 0 ? "" : ",").Append(Math.Round((random.NextDouble() * 7) + 0.1, 1).ToString(CultureInfo.InvariantCulture));
        return body.Append("]}]}").ToString();
    }
}
