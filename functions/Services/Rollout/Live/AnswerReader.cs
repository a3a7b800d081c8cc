using System.Globalization;
using Apache.Arrow;
using Serverless.Services.Predictions;

namespace Serverless.Services.Rollout.Live;

/// <summary>What the rows of a batch predict.</summary>
internal sealed class AnswerReader(AnswerColumns columns)
{
    // Classes are few: the text of each number is made once.
    private const int Classes = 4_096;
    private readonly TextPool texts = new();
    private readonly Dictionary<long, string> numbers = [];
    private IArrowArray? label, value;
    private (IArrowArray Array, string Class)[] scores = [];

    /// <summary>The batch whose rows are asked for next.</summary>
    public void Open(RecordBatch batch)
    {
        (label, value) = (Column(batch, columns.Label), Column(batch, columns.Value));
        scores = columns.Label is not null || columns.IsNumber ? []
            : [.. columns.Scores.Select(score => (Array: Column(batch, score.Column), score.Class)).Where(score => score.Array is not null).Select(score => (score.Array!, score.Class))];
    }

    /// <summary>The class; null where the row has none.</summary>
    public string? Class(int row) => label switch
    {
        null => Largest(row),
        _ when label.IsNull(row) => null,
        StringArray array => texts.Text(array, row),
        Int64Array array => Number(array.GetValue(row)!.Value),
        Int32Array array => Number(array.GetValue(row)!.Value),
        _ => null,
    };

    /// <summary>The regression's value, or the positive class's probability; null where the row has none.</summary>
    public double? Value(int row) => value is null ? null : Number(value, row);

    internal static IArrowArray? Column(RecordBatch batch, string? name) =>
        name is not null && batch.Schema.GetFieldIndex(name) is >= 0 and var at ? batch.Column(at) : null;

    private static double? Number(IArrowArray array, int row) => array switch
    {
        FloatArray floats => floats.GetValue(row),
        DoubleArray doubles => doubles.GetValue(row),
        _ => null,
    };

    // The first of equals, as answers have it. A score that is no number decides nothing.
    private string? Largest(int row)
    {
        var (best, most) = ((string?)null, double.NegativeInfinity);
        foreach (var (array, name) in scores)
        {
            if (Number(array, row) is not { } score || double.IsNaN(score)) return null;
            if (score > most || best is null) (best, most) = (name, score);
        }
        return best;
    }

    private string Number(long number)
    {
        if (numbers.TryGetValue(number, out var known)) return known;
        var text = columns.Class(number.ToString(CultureInfo.InvariantCulture));
        if (numbers.Count < Classes) numbers[number] = text;
        return text;
    }
}
