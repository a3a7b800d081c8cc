using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Serverless.Core.Registry;
using Serverless.Services.Predictions;

namespace Serverless.App.Tests.Predictions;

/// <summary>Values that forms are apt to spoil, read back over HTTP in each form, from fresh and from compacted files.</summary>
public sealed class ExportedValuesTests(Suite suite) : IClassFixture<Suite>
{
    private static readonly long[] Longs = [long.MaxValue, long.MinValue, (1L << 53) + 1, 0, -1];
    private static readonly ulong[] Unsigned = [ulong.MaxValue, (1UL << 63) + 1, 0, 1, 2];
    private static readonly double[] Doubles = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon];
    private static readonly float[] Floats = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.1f, float.MaxValue];
    private static readonly bool[] Flags = [true, false, true, false, true];
    private static readonly string?[] Texts = ["comma, \"quote\" 'tick'", "line\nfeed\r\nand\ttab", "emoji 🦆 and 漢字 \u0001", "", null];
    private static readonly double[] Lists = [1, double.NaN, 2, double.NegativeInfinity, 3, 4, 5, 0.1, 7, 8];
    private static readonly string?[] Words = ["a,b", "NaN", "", null, "🦆\"", "[1]", "null", "x\ny", "9007199254740993", "true"];
    private static readonly string[] Columns = ["id", "input_l", "input_u", "input_d", "input_f", "input_b", "input_t", "input_ds", "input_ts"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_InEveryForm_AreTheSame(bool compacted)
    {
        var model = await new LoggedRows(suite).RegisterAsync("iris_lr", new { });
        await using var log = new DirectLog(suite.Storage);
        var at = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        await log.WriteAsync(model, Schema, at, Longs.Length, Fill);
        await log.WriteAsync(model, Schema, at.AddMilliseconds(5), 1, _ => { });
        await log.Log.FlushAsync(default);
        if (compacted) await log.CompactAsync(model, new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero));
        var expected = Enumerable.Range(0, Longs.Length + 1).Select(Expected).ToArray();
        var path = $"/models/{model}/predictions?columns={string.Join(',', Columns)}";
        Assert.Equal(expected, await JsonAsync(path));
        Assert.Equal(expected, await CsvAsync(path));
        Assert.Equal(expected, await ArrowAsync(path));
    }

    private static PredictionSchema Schema { get; } = PredictionSchema.Of(
        new(1, Digest.Of(new byte[32]), 1, new Signature(
            [
                Column("l", ElementType.Int64), Column("u", ElementType.UInt64), Column("d", ElementType.Double), Column("f", ElementType.Float), Column("b", ElementType.Bool), Column("t", ElementType.String),
                Column("ds", ElementType.Double, new Dimension(null, "M")), Column("ts", ElementType.String, new Dimension(null, "M")),
            ], []), null, null, false), new());

    private static ValueSignature Column(string name, ElementType type, params Dimension[] more) => new(name, ValueKind.Tensor, type, [new(null, "N"), .. more]);

    private static void Fill(PredictionEntry entry)
    {
        entry.Tensor<long>(0, Longs);
        entry.Tensor<ulong>(1, Unsigned);
        entry.Tensor<double>(2, Doubles);
        entry.Tensor<float>(3, Floats);
        entry.Tensor<bool>(4, Flags);
        entry.Texts(5, Texts);
        entry.Tensor<double>(6, Lists);
        entry.Texts(7, Words);
    }

    // Numbers by their bits, in the columns' order without the id: then nothing that is equal only nearly is.
    private static string Expected(int row) => row == Longs.Length ? Row(null, null, null, null, null, null, null, null) : Row(
        Longs[row], Unsigned[row], Doubles[row], Floats[row], Flags[row], Texts[row], (object[])[Lists[2 * row], Lists[2 * row + 1]], (object?[])[Words[2 * row], Words[2 * row + 1]]);

    private static string Row(params object?[] values) => string.Join('|', values.Select(Show));

    private static string Show(object? value) => value switch
    {
        null => "null",
        object?[] list => $"[{string.Join('|', list.Select(Show))}]",
        double number => string.Create(CultureInfo.InvariantCulture, $"d{BitConverter.DoubleToInt64Bits(number):x}"),
        float number => string.Create(CultureInfo.InvariantCulture, $"f{BitConverter.SingleToInt32Bits(number):x}"),
        string text => $"'{text}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private async Task<List<string>> JsonAsync(string path)
    {
        using var answer = await GetAsync(path, "application/x-ndjson");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Select(row => Row([.. Columns[1..].Select(column => Value(column, row.GetProperty(column)))]))];
    }

    private static object? Value(string column, JsonElement value) => (column, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => null,
        ("input_ds", JsonValueKind.Array) => value.EnumerateArray().Select(item => Value("input_d", item)).ToArray(),
        ("input_ts", JsonValueKind.Array) => value.EnumerateArray().Select(item => Value("input_t", item)).ToArray(),
        ("input_l", _) => value.GetInt64(),
        ("input_u", _) => value.GetUInt64(),
        ("input_b", _) => value.GetBoolean(),
        ("input_t", _) => value.GetString(),
        ("input_d", JsonValueKind.Number) => value.GetDouble(),
        ("input_f", JsonValueKind.Number) => value.GetSingle(),
        // Not a number: a text.
        ("input_d", _) => NotFinite(value.GetString()!),
        _ => (float)NotFinite(value.GetString()!),
    };

    private static double NotFinite(string text) => text switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, _ => throw new FormatException(text) };

    private async Task<List<string>> CsvAsync(string path)
    {
        using var answer = await GetAsync(path, "text/csv");
        var lines = Cells(await answer.Content.ReadAsStringAsync()).ToList();
        Assert.Equal(Columns, lines[0]);
        return [.. lines[1..].Select(line => Row([.. Columns[1..].Select((column, at) => Value(column, line[at + 1]))]))];
    }

    private static object? Value(string column, string? cell) => (column, cell) switch
    {
        (_, null) => null,
        ("input_t", _) => cell,
        ("input_l", _) => long.Parse(cell, CultureInfo.InvariantCulture),
        ("input_u", _) => ulong.Parse(cell, CultureInfo.InvariantCulture),
        ("input_d", _) => double.Parse(cell, CultureInfo.InvariantCulture),
        ("input_f", _) => float.Parse(cell, CultureInfo.InvariantCulture),
        _ => Value(column, JsonDocument.Parse(cell).RootElement),
    };

    // RFC 4180. A cell without anything, not even quotes, is null.
    private static IEnumerable<string?[]> Cells(string csv)
    {
        var (line, cell, quoted, at) = (new List<string?>(), new System.Text.StringBuilder(), false, 0);
        while (at < csv.Length)
        {
            if (csv[at] == '"')
            {
                quoted = true;
                for (at++; csv[at] != '"' || (at + 1 < csv.Length && csv[at + 1] == '"'); at++)
                {
                    if (csv[at] == '"') at++;
                    cell.Append(csv[at]);
                }
                at++;
                continue;
            }
            var end = csv[at] == '\r';
            if (!end && csv[at] != ',')
            {
                cell.Append(csv[at++]);
                continue;
            }
            line.Add(cell.Length == 0 && !quoted ? null : cell.ToString());
            cell.Clear();
            quoted = false;
            at += end ? 2 : 1;
            if (!end) continue;
            yield return [.. line];
            line.Clear();
        }
    }

    private async Task<List<string>> ArrowAsync(string path)
    {
        using var answer = await GetAsync(path, "application/vnd.apache.arrow.stream");
        using var reader = new ArrowStreamReader(await answer.Content.ReadAsStreamAsync());
        var rows = new List<string>();
        while (await reader.ReadNextRecordBatchAsync() is { } batch)
            for (var row = 0; row < batch.Length; row++) rows.Add(Row([.. Columns[1..].Select(column => Value(batch.Column(column), row))]));
        return rows;
    }

    private static object? Value(IArrowArray array, int row) => array switch
    {
        _ when array.IsNull(row) => null,
        Int64Array values => values.GetValue(row),
        UInt64Array values => values.GetValue(row),
        DoubleArray values => values.GetValue(row),
        FloatArray values => values.GetValue(row),
        BooleanArray values => values.GetValue(row),
        StringArray values => values.GetString(row),
        ListArray lists => Enumerable.Range(lists.ValueOffsets[row], lists.GetValueLength(row)).Select(item => Value(lists.Values, item)).ToArray(),
        _ => throw new InvalidDataException(array.Data.DataType.Name),
    };

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(suite.App.Address, path)) { Headers = { { "Accept", accept } } };
        var answer = await suite.App.Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }
}
