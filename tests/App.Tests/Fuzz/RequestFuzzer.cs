using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.OpenApi;

namespace Serverless.App.Tests.Fuzz;

/// <summary>A request by chance.</summary>
/// <param name="Function">The function that it is meant for.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="End">What becomes of its connection.</param>
/// <param name="HasNoBody">Whether its answer has none.</param>
/// <param name="IsRouted">Whether it is sure to reach the function: its method and path are the function's own.</param>
internal sealed record FuzzedRequest(string Function, byte[] Bytes, WireEnd End, bool HasNoBody, bool IsRouted)
{
    public override string ToString() => Encoding.Latin1.GetString(Bytes, 0, Math.Min(Bytes.Length, 2000));
}

/// <summary>Requests to all routes that the document has, mostly right and then changed; the same number gives the same request.</summary>
/// <param name="document">The routes, their parameters and bodies.</param>
/// <param name="seeds">Bodies that get far.</param>
/// <param name="key">The key that opens every door.</param>
/// <param name="seed">Tells runs apart.</param>
internal sealed class RequestFuzzer(OpenApiDocument document, Seeds seeds, string key, int seed)
{
    // So that no two runs share requests: larger than any run.
    private const int Stride = 1_000_003;
    private const int LargeBody = 3 << 20;

    private readonly (string Path, string Method, OpenApiOperation Operation)[] operations =
    [
        // Who has a body can be wrong in more ways.
        .. from path in document.Paths from one in path.Value.Operations! from weight in Enumerable.Range(0, one.Value.RequestBody is null ? 1 : 3) select (path.Key, one.Key.Method, one.Value),
    ];

    private readonly JsonShapes shapes = new(document);

    /// <summary>The request of a number.</summary>
    public FuzzedRequest Next(int number)
    {
        var chance = new Random(unchecked((seed * Stride) + number));
        // Every fiftieth knocks at the doors of the host itself, without its key.
        if (chance.Next(50) == 0) return HostDoors.Knock(chance);
        var (path, method, operation) = operations[chance.Next(operations.Length)];
        var wanted = chance.Next(50) == 0 ? Pick(chance, ["HEAD", "OPTIONS", "PATCH", "DELETE", "POST", "PUT", "GET", "TRACE", "FOO"]) : method;
        var (type, body) = Body(operation, chance);
        var target = Target(path, operation, chance, out var isChanged);
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{wanted} {target} HTTP/1.1\r\nHost: {(chance.Next(200) == 0 ? "other.invalid" : "127.0.0.1")}\r\n");
        if (chance.Next(40) != 0) head.Append(CultureInfo.InvariantCulture, $"x-api-key: {key}\r\n");
        else head.Append(CultureInfo.InvariantCulture, $"{Pick(chance, ["x-api-key", "Authorization", "x-ms-client-principal"])}: {Pick(chance, ["", "wrong", "Basic !!", "Basic OnB3", "Bearer", "Bearer  ", new string('k', 5000), "e30="])}\r\n");
        Headers(head, operation, chance);
        var plain = new FuzzedRequest(operation.OperationId!, [], WireEnd.GoesOn, wanted == "HEAD", wanted == method && !isChanged);
        if (body is null) return plain with { Bytes = Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()) };
        if (chance.Next(10) == 0) type = Pick(chance, Nasty.MediaTypes);
        if (type.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        if (chance.Next(25) == 0) body = Encoded(head, body, chance);
        return Framed(plain, head, body, chance);
    }

    private static FuzzedRequest Framed(FuzzedRequest plain, StringBuilder head, byte[] body, Random chance)
    {
        byte[] Whole(string frame, params byte[][] parts) => [.. Encoding.Latin1.GetBytes(head.Append(frame).ToString()), .. parts.SelectMany(part => part)];
        return chance.Next(60) switch
        {
            0 => plain with { End = WireEnd.CutOff, Bytes = Whole($"Content-Length: {body.Length + chance.Next(1, 1000)}\r\n\r\n", body) },
            1 => plain with { End = WireEnd.Closes, Bytes = Whole($"Content-Length: {Math.Max(0, body.Length - chance.Next(1, 10))}\r\n\r\n", body) },
            2 => plain with { End = WireEnd.CutOff, Bytes = Whole("Transfer-Encoding: chunked\r\n\r\n", Encoding.Latin1.GetBytes($"{body.Length + 5:x}\r\n"), body) },
            3 => plain with { End = WireEnd.Closes, Bytes = Whole("Transfer-Encoding: chunked\r\n\r\n", "zz\r\n"u8.ToArray(), body) },
            4 => plain with { End = WireEnd.Closes, Bytes = Whole($"Content-Length: {Pick(chance, ["-1", "x", "99999999999999999999", "1,2", ""])}\r\n\r\n", body) },
            < 10 => plain with { Bytes = Whole("Transfer-Encoding: chunked\r\n\r\n", Chunks(body, chance)) },
            _ => plain with { Bytes = Whole($"Content-Length: {body.Length}\r\n\r\n", body) },
        };
    }

    private static byte[] Chunks(byte[] body, Random chance)
    {
        var chunks = new List<byte>();
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(chance.Next(1, 5000), body.Length - at);
            chunks.AddRange(Encoding.Latin1.GetBytes($"{length:x}\r\n"));
            chunks.AddRange(body.AsSpan(at, length));
            chunks.AddRange("\r\n"u8);
            at += length;
        }

        chunks.AddRange("0\r\n\r\n"u8);
        return [.. chunks];
    }

    private static byte[] Encoded(StringBuilder head, byte[] body, Random chance)
    {
        var encoding = Pick(chance, ["gzip", "deflate", "br", "identity", "gzip, gzip", "zstd"]);
        head.Append(CultureInfo.InvariantCulture, $"Content-Encoding: {encoding}\r\n");
        if (chance.Next(3) == 0) return body;
        using var pressed = new MemoryStream();
        using (Stream to = encoding == "deflate" ? new ZLibStream(pressed, CompressionLevel.Fastest, true) : new GZipStream(pressed, CompressionLevel.Fastest, true)) to.Write(body);
        return chance.Next(3) == 0 ? Mutations.Bytes(pressed.ToArray(), chance) : pressed.ToArray();
    }

    private (string Type, byte[]? Body) Body(OpenApiOperation operation, Random chance)
    {
        if (operation.RequestBody?.Content is not { Count: > 0 } forms) return chance.Next(20) == 0 ? ("application/json", "{}"u8.ToArray()) : ("", null);
        var (type, form) = forms.ElementAt(chance.Next(forms.Count));
        // Files that are models are tried out in a process of their own: dear, so rare.
        if (operation.OperationId == "RegisterVersion" && type != "application/json" && chance.Next(3) != 0) type = "application/json";
        if (chance.Next(400) == 0) return (type, [.. Enumerable.Repeat((byte)'[', LargeBody)]);
        if (type == "multipart/form-data") return Form(chance);
        if (operation.OperationId is "Infer" or "InferVersion" && type != "application/json") return (type, Tensors(chance));
        if (type != "application/json") return (type, seeds.File(type, chance) is { } file ? (chance.Next(4) == 0 ? file : Mutations.Bytes(file, chance)) : []);
        var node = (chance.Next(3) == 0 ? null : seeds.Json(operation.OperationId!, chance)) ?? shapes.Of(form.Schema, chance);
        var text = chance.Next(4) == 0 ? node?.ToJsonString() ?? "null" : Mutations.Json(node, chance);
        var bytes = Encoding.UTF8.GetBytes(text);
        return (type, chance.Next(5) == 0 ? Mutations.Bytes(bytes, chance) : bytes);
    }

    private byte[] Tensors(Random chance)
    {
        var json = Encoding.UTF8.GetBytes(seeds.Json("Infer", chance)!.ToJsonString());
        byte[] values = [.. Enumerable.Range(0, chance.Next(0, 40)).Select(_ => (byte)chance.Next(256))];
        return chance.Next(2) == 0 ? values : [.. chance.Next(2) == 0 ? Mutations.Bytes(json, chance) : json, .. values];
    }

    private (string Type, byte[] Body) Form(Random chance)
    {
        var parts = new List<byte>();
        foreach (var name in new[] { "metadata", "model", "baseline", "model" }[..chance.Next(1, 5)])
        {
            parts.AddRange(Encoding.Latin1.GetBytes($"--b\r\nContent-Disposition: form-data; name=\"{(chance.Next(12) == 0 ? Pick(chance, ["", "x", "model\\\"", new string('n', 3000)]) : name)}\"; filename=\"{Pick(chance, ["m.onnx", "../m", "", "\\"])}\"\r\n{(chance.Next(2) == 0 ? "Content-Type: application/json\r\n" : "")}\r\n"));
            var content = name == "metadata" ? Encoding.UTF8.GetBytes(Mutations.Json(seeds.Json("RegisterVersion", chance), chance)) : name == "model" ? seeds.File("application/octet-stream", chance)! : seeds.File("text/csv", chance)!;
            parts.AddRange(chance.Next(2) == 0 ? content : Mutations.Bytes(content, chance));
            parts.AddRange("\r\n"u8);
        }

        if (chance.Next(6) != 0) parts.AddRange("--b--\r\n"u8);
        return ("multipart/form-data; boundary=b", chance.Next(4) == 0 ? Mutations.Bytes([.. parts], chance) : [.. parts]);
    }

    private static string Target(string path, OpenApiOperation operation, Random chance, out bool isChanged)
    {
        var segments = path.Split('/')[1..].Select(segment => Segment(segment, chance)).ToArray();
        isChanged = segments.Any(segment => segment.IsChanged);
        var target = new StringBuilder("/" + string.Join('/', segments.Select(segment => segment.Text)));
        var queries = new List<string>();
        foreach (var parameter in operation.Parameters ?? [])
            if (parameter.In == ParameterLocation.Query && chance.Next(3) == 0) queries.Add($"{parameter.Name}={Value(parameter.Name!, chance)}");
        if (chance.Next(25) == 0) queries.Add(Pick(chance, ["", "=", "&&", "%", "%ff=%ff", "a[]=1", "pageSize=", "pageSize=1&pageSize=2", "code=x", "version=1;drop", new string('q', 5000), "__=1"]));
        if (queries.Count > 0) target.Append('?').AppendJoin('&', queries);
        return target.ToString();
    }

    private static (string Text, bool IsChanged) Segment(string segment, Random chance)
    {
        var open = segment.IndexOf('{', StringComparison.Ordinal);
        if (open < 0) return chance.Next(300) == 0 ? (Pick(chance, Nasty.Segments), true) : (segment, false);
        var close = segment.IndexOf('}', StringComparison.Ordinal);
        var (isChanged, name) = (chance.Next(12) == 0, segment[(open + 1)..close]);
        var text = isChanged ? Pick(chance, Nasty.Segments) : Usual(name, chance);
        // The routes ask numbers of versions.
        return (segment[..open] + text + segment[(close + 1)..], isChanged || (name == "version" && text == "champion"));
    }

    private static string Usual(string name, Random chance) => name switch
    {
        "model" => Pick(chance, [Seeds.Model, Seeds.Model, Seeds.Model, Seeds.Model, "other", "new-" + chance.Next(50).ToString(CultureInfo.InvariantCulture)]),
        "version" => Pick(chance, ["1", "2", "3", "champion"]),
        "alias" => Pick(chance, ["champion", "shadow", "a"]),
        "action" => Pick(chance, ["approve", "reject", "pause", "resume", "skip", "abort", "x"]),
        "type" => Pick(chance, ["Serverless.Registry.AliasMoved", "x"]),
        _ => Pick(chance, ["01890a5d-ac96-774b-bcce-b302099a8057", "a", "one", "drift"]),
    };

    private static string Value(string name, Random chance)
    {
        if (chance.Next(4) == 0) return chance.Next(2) == 0 ? Pick(chance, Nasty.Segments) : Uri.EscapeDataString(Pick(chance, Nasty.Texts));
        return name switch
        {
            "pageSize" => Pick(chance, ["1", "2", "1000", "0"]),
            "pageToken" => Convert.ToBase64String(Encoding.UTF8.GetBytes(Pick(chance, Nasty.Texts))).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            "from" or "to" => Pick(chance, ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-11-24", "now"]),
            "columns" => Pick(chance, ["id", "id,output_label", "input_a,total_us", "segment_region", "x"]),
            "label" => "label",
            "labels" => "true",
            "state" => Pick(chance, ["open", "all", "firing,resolved", "x"]),
            "version" => Pick(chance, ["1", "2", "champion", "x"]),
            "types" => Pick(chance, ["a:numeric,region:categorical", "a:x", ":"]),
            _ => Pick(chance, ["a", "label", "region", "drift", "a,b", "1"]),
        };
    }

    private static void Headers(StringBuilder head, OpenApiOperation operation, Random chance)
    {
        foreach (var parameter in operation.Parameters ?? [])
            if (parameter.In == ParameterLocation.Header && chance.Next(4) == 0)
                head.Append(CultureInfo.InvariantCulture, $"{parameter.Name}: {Pick(chance, ["0", "1", "120", "-1", "\"r1\"", "\"r1-0123456789ab\"", "*", "W/\"x\"", "bytes=0-10", "bytes=-1", "bytes=9-1,5-", "x", "99999999999999999999", "v1,AAAA", new string('h', 4000)])}\r\n");
        if (chance.Next(6) == 0) head.Append(CultureInfo.InvariantCulture, $"Accept: {Pick(chance, ["application/json", "text/html", "application/yaml", "text/csv", "application/vnd.apache.arrow.stream", "*/*;q=0", "a/b;q=x", ",,,", "text/plain", ";", "application/json;q=0.1, text/html"])}\r\n");
        if (chance.Next(15) == 0) head.Append(CultureInfo.InvariantCulture, $"{Pick(chance, ["traceparent", "x-correlation-id", "x-routing-key", "Accept-Encoding", "If-Match", "Expect", "Range", "Cookie", "X-HTTP-Method-Override", "Forwarded"])}: {Pick(chance, ["00-0-0-00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "\u00e4\u00ff", "gzip;q=2", "100-continue", new string('t', 2000), "bytes=0-", "a=b; c", "\t"])}\r\n");
    }

    private static string Pick(Random chance, string[] from) => from[chance.Next(from.Length)];
}
