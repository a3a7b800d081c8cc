using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Serverless.Services.Tables;

/// <summary>One column of a CSV: first seen, then decided, then gathered.</summary>
internal sealed class CsvColumn(string name)
{
    private const double Enough = 0.99;

    private readonly DoubleArray.Builder numbers = new();
    private readonly BooleanArray.Builder flags = new();
    private readonly TimestampArray.Builder times = new(new TimestampType(TimeUnit.Millisecond, "UTC"));
    private readonly StringArray.Builder texts = new();
    private long values, asNumbers, asFlags, asTimes;

    public Field Field { get; private set; } = new(name, StringType.Default, nullable: true);

    public void See(string cell)
    {
        if (CsvSchema.IsMissing(cell)) return;
        values++;
        asNumbers += Number(cell) is not null ? 1 : 0;
        asFlags += bool.TryParse(cell, out _) ? 1 : 0;
        // Only what begins like a date is tried: parsing is slow, and 12 is no time.
        asTimes += Time(cell) is not null ? 1 : 0;
    }

    public void Decide(BadRows bad)
    {
        var (type, fitting, what) = values == 0 ? ((IArrowType)StringType.Default, values, "")
            : asNumbers >= values * Enough ? (DoubleType.Default, asNumbers, "numbers")
            : asFlags >= values * Enough ? (BooleanType.Default, asFlags, "true or false")
            : asTimes >= values * Enough ? (new TimestampType(TimeUnit.Millisecond, "UTC"), asTimes, "times")
            : (StringType.Default, values, "");
        bad.Cells(name, values - fitting, what);
        Field = new(name, type, nullable: true);
    }

    public void Add(string cell)
    {
        var missing = CsvSchema.IsMissing(cell);
        switch (Field.DataType)
        {
            case DoubleType when !missing && Number(cell) is { } number: numbers.Append(number); break;
            case DoubleType: numbers.AppendNull(); break;
            case BooleanType when !missing && bool.TryParse(cell, out var flag): flags.Append(flag); break;
            case BooleanType: flags.AppendNull(); break;
            case TimestampType when !missing && Time(cell) is { } time: times.Append(time); break;
            case TimestampType: times.AppendNull(); break;
            default:
                if (missing) texts.AppendNull();
                else texts.Append(cell);
                break;
        }
    }

    /// <summary>What was added since the last time.</summary>
    public IArrowArray Take() => Field.DataType switch
    {
        DoubleType => Taken(numbers.Build(), () => numbers.Clear()),
        BooleanType => Taken(flags.Build(), () => flags.Clear()),
        TimestampType => Taken(times.Build(), () => times.Clear()),
        _ => Taken(texts.Build(), () => texts.Clear()),
    };

    private static IArrowArray Taken(IArrowArray array, Action clear)
    {
        clear();
        return array;
    }

    private static double? Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : cell.Trim().ToLowerInvariant() switch { "nan" => double.NaN, "inf" or "+inf" or "infinity" => double.PositiveInfinity, "-inf" or "-infinity" => double.NegativeInfinity, _ => null };

    private static DateTimeOffset? Time(string cell) => cell.Length >= 8 && char.IsAsciiDigit(cell[0]) && cell.IndexOf('-', StringComparison.Ordinal) == 4
        && DateTimeOffset.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
