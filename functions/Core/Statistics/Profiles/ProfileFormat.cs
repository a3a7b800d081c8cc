namespace Serverless.Core.Statistics;

/// <summary>The bytes of a profile: a version, the content, a checksum over both.</summary>
public static class ProfileFormat
{
    internal const byte Version = 2;

    /// <summary>What the content writes, framed.</summary>
    public static byte[] Write(Action<BinaryWriter> content)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        content(writer);
        writer.Write(Checksum(stream.ToArray()));
        return stream.ToArray();
    }

    /// <summary>What the content reads from bytes that are whole.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut, or of another version.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, Func<BinaryReader, T> content)
    {
        if (bytes.Length < 9)
            throw new InvalidDataException("A profile has more bytes.");
        if (bytes[0] != Version)
            throw new InvalidDataException($"A profile of version {bytes[0]}; this reads version {Version}.");
        if (Checksum(bytes[..^8]) != BitConverter.ToUInt64(bytes[^8..]))
            throw new InvalidDataException("The profile's checksum is wrong: its bytes were damaged.");
        using var stream = new MemoryStream(bytes[1..^8].ToArray());
        using var reader = new BinaryReader(stream);
        try
        {
            var result = content(reader);
            return stream.Position == stream.Length ? result : throw new InvalidDataException("A profile has bytes left over.");
        }
        catch (EndOfStreamException problem)
        {
            throw new InvalidDataException("The profile ends too early.", problem);
        }
    }

    internal static double[] Doubles(BinaryReader reader, int most)
    {
        var length = reader.ReadInt32();
        if (length < 0 || length > most)
            throw new InvalidDataException($"A list of {length} values; at most {most} can be.");
        var values = new double[length];
        for (var i = 0; i < length; i++)
            values[i] = reader.ReadDouble();
        return values;
    }

    /// <summary>FNV-1a, 64 bits: against damage, not against forgers.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037;
        foreach (var value in bytes)
            hash = (hash ^ value) * 1099511628211;
        return hash;
    }
}
