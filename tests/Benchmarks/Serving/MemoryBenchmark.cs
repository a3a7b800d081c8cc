using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Serverless.Benchmarks.Serving;

/// <summary>What registering a gigabyte and answering a million requests leave in the server's working set.</summary>
internal static class MemoryBenchmark
{
    private const long Gigabyte = 1L << 30;

    public static async Task RunAsync(string[] args)
    {
        var requests = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        await using var suite = await Suite.StartAsync(serverCore: null);
        await suite.RegisterAsync("iris_lr");
        await LoadAsync(suite, 20_000);

        var before = suite.Server.WorkingSet;
        var highest = await WatchAsync(suite.Server, () => RegisterGigabyteAsync(suite));
        Console.WriteLine($"registering 1 GiB by upload: working set {Mebibytes(before)} MiB before, at most {Mebibytes(highest)} MiB meanwhile: {Mebibytes(highest - before)} MiB more");

        await LoadAsync(suite, requests / 10);
        var warm = suite.Server.WorkingSet;
        await LoadAsync(suite, requests);
        Console.WriteLine($"{requests} predictions: working set {Mebibytes(warm)} MiB before, {Mebibytes(suite.Server.WorkingSet)} MiB after: {Mebibytes(suite.Server.WorkingSet - warm)} MiB more");
    }

    private static async Task LoadAsync(Suite suite, int requests)
    {
        var request = LoadGenerator.Post("/v2/models/iris_lr/infer", suite.Server.Url.Authority, Requests.Infer(1));
        for (var done = 0L; done < requests;)
            done += (await LoadGenerator.RunAsync(suite.Server.EndPoint, request, 16, TimeSpan.FromSeconds(1))).Requests;
    }

    private static async Task<long> WatchAsync(ServerProcess server, Func<Task> work)
    {
        var highest = server.WorkingSet;
        var working = work();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!working.IsCompleted && await timer.WaitForNextTickAsync()) highest = Math.Max(highest, server.WorkingSet);
        await working;
        return highest;
    }

    private static async Task RegisterGigabyteAsync(Suite suite)
    {
        using var http = new HttpClient { BaseAddress = suite.Server.Url, Timeout = TimeSpan.FromMinutes(10) };
        using var opened = await http.PostAsync("/models/gigabyte/uploads", null);
        var upload = await opened.Content.ReadFromJsonAsync<JsonElement>();
        var file = new WeightyModel(Gigabyte);
        using var request = new HttpRequestMessage(HttpMethod.Put, upload.GetProperty("url").GetString()) { Content = new StreamContent(file, 1 << 20) };
        request.Content.Headers.ContentLength = file.Length;
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var put = await http.SendAsync(request);
        put.EnsureSuccessStatusCode();
        using var registered = await http.PostAsJsonAsync("/models/gigabyte/versions", new { uploadId = upload.GetProperty("id").GetGuid() });
        if (!registered.IsSuccessStatusCode) throw new InvalidOperationException(await registered.Content.ReadAsStringAsync());
    }

    private static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0", CultureInfo.InvariantCulture);

    /// <summary>An ONNX file, made as it is read: y = x + w with w a gigabyte of zeros, of which only the file knows.</summary>
    private sealed class WeightyModel : Stream
    {
        private readonly byte[] head;
        private readonly byte[] tail;
        private readonly long weights;
        private long position;

        public WeightyModel(long bytes)
        {
            weights = bytes;
            var node = Field(1, Field(1, "w"u8), Field(2, "y"u8), Field(4, "Identity"u8));
            var output = Field(12, Field(1, "y"u8), Field(2, Field(1, [.. Number(1, 1), .. Field(2, Field(1, Number(1, (ulong)bytes / 4)))])));
            byte[] tensor = [.. Number(1, (ulong)bytes / 4), .. Number(2, 1), .. Field(8, "w"u8), .. Head(9, (ulong)bytes)];
            byte[] graph = [.. node, .. Field(2, "g"u8), .. output];
            byte[] initializer = [.. Head(5, (ulong)tensor.Length + (ulong)bytes), .. tensor];
            head = [.. Number(1, 8), .. Head(7, (ulong)graph.Length + (ulong)initializer.Length + (ulong)bytes), .. graph, .. initializer];
            tail = Field(8, Number(2, 13));
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => head.Length + weights + tail.Length;

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var part = position < head.Length ? head.AsSpan((int)position) : position >= head.Length + weights ? tail.AsSpan((int)(position - head.Length - weights)) : default;
            var inWeights = position >= head.Length && position < head.Length + weights;
            var count = (int)Math.Min(buffer.Length, inWeights ? head.Length + weights - position : part.Length);
            if (inWeights) buffer[..count].Clear();
            else part[..count].CopyTo(buffer);
            position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

        private static byte[] Head(int field, ulong length) => [.. Varint(((ulong)field << 3) | 2), .. Varint(length)];

        private static byte[] Field(int field, ReadOnlySpan<byte> text) => [.. Head(field, (ulong)text.Length), .. text];

        private static byte[] Field(int field, params byte[][] parts)
        {
            byte[] all = [.. parts.SelectMany(part => part)];
            return [.. Head(field, (ulong)all.Length), .. all];
        }

        private static List<byte> Varint(ulong value)
        {
            var bytes = new List<byte>();
            for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
            bytes.Add((byte)value);
            return bytes;
        }
    }
}
