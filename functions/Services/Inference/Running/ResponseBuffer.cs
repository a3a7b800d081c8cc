using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Serverless.Services.Inference.Running;

/// <summary>A response's bytes and the JSON writer that writes them. Whole before it is sent: a failure half-way still gets its own answer.</summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>, IDisposable
{
    private const int First = 4096;
    private const int KeptBytes = 256 << 10;

    // The writer validates nothing: what is written here is written in one place each, and tested. Text is escaped as JSON needs, not as HTML does.
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter json;
    private byte[] bytes = new byte[First];

    public ResponseBuffer() => json = new(this, Options);

    /// <summary>What has been written.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    /// <summary>How much has been written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes of JSON before binary tensors; 0 where the whole body is JSON.</summary>
    public int JsonLength { get; set; }

    /// <summary>What the body is, when it is not JSON.</summary>
    public bool Binary { get; set; }

    /// <summary>The writer, at the start of a document.</summary>
    public Utf8JsonWriter Json
    {
        get
        {
            json.Reset(this);
            return json;
        }
    }

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (bytes.Length - Length < Math.Max(1, sizeHint)) Grow(sizeHint);
        return bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        (Length, JsonLength, Binary) = (0, 0, false);
        if (bytes.Length > KeptBytes) bytes = new byte[First];
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void Grow(int sizeHint)
    {
        var wanted = Math.Max(Length + Math.Max(1, sizeHint), (int)Math.Min(Array.MaxLength, bytes.Length * 2L));
        Array.Resize(ref bytes, wanted);
    }
}
