using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>One hour of a window, with its files as one listing saw them.</summary>
/// <param name="Hour">The hour.</param>
/// <param name="From">Where the window begins in it.</param>
/// <param name="To">Where the window ends in it.</param>
/// <param name="Log">Predictions.</param>
/// <param name="Labels">Labels, or null where there are none.</param>
/// <param name="Outcomes">Outcomes, or null where there are none.</param>
internal sealed record LiveHour(DateTimeOffset Hour, DateTimeOffset From, DateTimeOffset To, Partition Log, Partition? Labels, Partition? Outcomes)
{
    // A row of few columns; more pieces than needed do no harm.
    private const int FreshBytes = 50;

    /// <summary>Whether the window holds the end of the hour: then the window's end moves on without changing it.</summary>
    public bool IsOver => To == Hour.AddHours(1);

    /// <summary>Of all files with their tags: a row, a label or a correction more, and it is another one.</summary>
    public UInt128 Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var files in (Partition?[])[Log, Labels, Outcomes])
        {
            foreach (var part in (files?.Parts ?? []).OrderBy(part => part.Path, StringComparer.Ordinal)) Add(text, part.Path, part.Tag, part.Length);
            foreach (var fresh in (files?.Fresh ?? []).OrderBy(fresh => fresh.Path, StringComparer.Ordinal)) Add(text, fresh.Path, fresh.Tag, fresh.Length);
            text.Append('|');
        }
        return XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Stretches of its time with about so many rows each, at most.</summary>
    public IEnumerable<LiveHour> Pieces(long rows)
    {
        var all = Log.Parts.Sum(part => part.Rows) + Log.Fresh.Sum(file => Math.Max(0, file.Length - Log.CoveredUpTo(file.Name))) / FreshBytes;
        var pieces = Math.Max(1, (all + rows - 1) / rows);
        DateTimeOffset At(long piece) => DateTimeOffset.FromUnixTimeMilliseconds((From + (To - From) * ((double)piece / pieces)).ToUnixTimeMilliseconds());
        for (var piece = 0L; piece < pieces; piece++) yield return this with { From = piece == 0 ? From : At(piece), To = piece + 1 == pieces ? To : At(piece + 1) };
    }

    private static void Add(StringBuilder text, string path, Azure.ETag tag, long length) =>
        text.Append(CultureInfo.InvariantCulture, $"{path} {tag} {length}\n");
}
