using Serverless.Core.Monitoring;
using Serverless.Core.Statistics;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>An hour of one version's rows, of which no value but counts and sketches are kept.</summary>
/// <param name="Settled">Rows that stood in the hour's files, of all versions: with other rows there it is of no more use.</param>
/// <param name="Names">Every column that its rows have, by plain name.</param>
/// <param name="Columns">Those that were wanted.</param>
internal sealed record HourProfile(long Settled, IReadOnlyCollection<string> Names, IReadOnlyList<HourColumn> Columns)
{
    public byte[] ToBytes() => ProfileFormat.Write(writer =>
    {
        writer.Write(Settled);
        writer.Write(Names.Count);
        foreach (var name in Names) writer.Write(name);
        writer.Write(Columns.Count);
        foreach (var column in Columns)
        {
            writer.Write(column.Name);
            writer.Write((sbyte)((int?)column.Stated ?? -1));
            Write(writer, column.Numbers?.ToBytes());
            Write(writer, column.Labels?.ToBytes());
        }
    });

    /// <exception cref="InvalidDataException">The bytes are damaged or of another version.</exception>
    public static HourProfile Read(ReadOnlySpan<byte> bytes) => ProfileFormat.Read(bytes, reader =>
    {
        var settled = reader.ReadInt64();
        string[] names = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())];
        return new HourProfile(settled, names, [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => Column(reader))]);
    });

    private static HourColumn Column(BinaryReader reader)
    {
        var (name, stated) = (reader.ReadString(), reader.ReadSByte());
        return new(name, stated < 0 ? null : (ColumnType)stated)
        {
            Numbers = Bytes(reader) is { } numbers ? ColumnProfile.FromBytes(numbers) : null,
            Labels = Bytes(reader) is { } labels ? LabelProfile.FromBytes(labels) : null,
        };
    }

    private static void Write(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? -1);
        writer.Write(bytes ?? []);
    }

    private static byte[]? Bytes(BinaryReader reader) => reader.ReadInt32() is >= 0 and var length ? reader.ReadBytes(length) : null;
}
