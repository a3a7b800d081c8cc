namespace Serverless.Services.Predictions;

/// <summary>Texts that lie somewhere as UTF-8, as the log takes them.</summary>
public interface IUtf8Texts
{
    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>One of them; false for null. Valid until the next call.</summary>
    public bool TryGet(int index, out ReadOnlySpan<byte> utf8);
}
