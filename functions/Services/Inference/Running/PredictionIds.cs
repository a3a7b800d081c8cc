using System.Globalization;

namespace Serverless.Services.Inference.Running;

/// <summary>The ids of a request's rows: one each for up to 100 rows, else the request's, whose rows are <c>{id}:{n}</c> from 0.</summary>
internal sealed class PredictionIds
{
    private const int Digits = 36;
    private const int LargestList = 100;

    private readonly Guid[] ids = new Guid[LargestList];
    private int rows;

    /// <summary>Makes new ids.</summary>
    public void Make(int count, DateTimeOffset now)
    {
        rows = count;
        for (var index = 0; index < Listed; index++) ids[index] = Guid.CreateVersion7(now);
    }

    /// <summary>The request's id: its first row's, or the one that all rows share.</summary>
    public Guid First => ids[0];

    /// <summary>The header's text.</summary>
    public string Header() => string.Create(Listed * (Digits + 1) - 1, this, static (text, self) =>
    {
        for (var index = 0; index < self.Listed; index++)
        {
            var at = index * (Digits + 1);
            self.ids[index].TryFormat(text[at..], out _);
            if (at + Digits < text.Length) text[at + Digits] = ',';
        }
    });

    /// <summary>Writes a row's id; tells how many bytes.</summary>
    public int Format(int row, Span<byte> utf8)
    {
        ids[rows > LargestList ? 0 : row].TryFormat(utf8, out var written);
        if (rows <= LargestList) return written;
        utf8[written] = (byte)':';
        row.TryFormat(utf8[(written + 1)..], out var digits, default, CultureInfo.InvariantCulture);
        return written + 1 + digits;
    }

    private int Listed => rows > LargestList ? 1 : Math.Max(1, rows);
}
