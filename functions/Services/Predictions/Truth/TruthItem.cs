using System.Globalization;
using System.Text.RegularExpressions;

namespace Serverless.Services.Predictions;

/// <summary>One item of a document: a statement, or why it is none.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Text">The id as it was sent.</param>
/// <param name="Row">The statement; its time is the arrival when it brings none.</param>
/// <param name="Timed">Whether it brought a time of its own.</param>
/// <param name="Flaw">Why it is no statement; null when it is one.</param>
internal sealed partial record TruthItem(int Index, string? Text, TruthRow Row, bool Timed, string? Flaw)
{
    // Clocks differ; beyond this a time is a mistake that no correction could outlive.
    private static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    /// <summary>Checks an item's parts.</summary>
    /// <param name="kind">Labels or outcomes.</param>
    /// <param name="index">Its place.</param>
    /// <param name="id">As it was sent.</param>
    /// <param name="name">The outcome's name.</param>
    /// <param name="value">Null when there is none that can be kept.</param>
    /// <param name="time">As it was sent; null for the arrival.</param>
    /// <param name="arrival">When the document came.</param>
    public static TruthItem Of(TruthKind kind, int index, string? id, string? name, TruthValue? value, string? time, DateTimeOffset arrival)
    {
        var own = arrival;
        if (id is null) return Bad(index, null, "id is missing: a prediction's id is text.");
        if (!PredictionId.TryParse(id, out var prediction)) return Bad(index, id, "id is no prediction's: it is a UUIDv7, or a request's UUIDv7 with a colon and the row's number.");
        if (prediction.Time > arrival + Skew) return Bad(index, id, "id is of a prediction in the future.");
        if (kind == TruthKind.Outcomes && (name is null || !NameRule().IsMatch(name))) return Bad(index, id, "name is 1 to 64 letters, digits, dots, hyphens and underscores.");
        if (value is not { } kept) return Bad(index, id, $"{TruthColumns.Value(kind)} is a string of at most {TruthValue.MaximumLength} characters, a number that a double can hold, or a boolean.");
        if (time is not null && !TryTime(time, out own)) return Bad(index, id, "time is a date and time of RFC 3339, with its offset or Z.");
        if (own > arrival + Skew) return Bad(index, id, "time lies in the future.");
        return new(index, id, new(prediction, kind == TruthKind.Outcomes ? name! : "", kept, own.ToUnixTimeMilliseconds(), arrival.ToUnixTimeMilliseconds()), time is not null, null);
    }

    /// <summary>An item that is no statement.</summary>
    public static TruthItem Bad(int index, string? id, string flaw) => new(index, id is { Length: > 100 } ? id[..100] : id, default, false, flaw);

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        return TimeRule().IsMatch(text) && DateTimeOffset.TryParse(text.Replace(' ', 'T'), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRule();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeRule();
}
