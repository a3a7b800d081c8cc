using System.Globalization;
using System.Text.RegularExpressions;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Every name that the prediction log writes. Nothing else builds one.</summary>
/// <remarks>
/// predictions/ model=M/date=YYYY-MM-DD/hour=HH/part-NNNNNN.parquet   compacted; its metadata says which fresh bytes it replaces
/// predictions/ model=M/date=YYYY-MM-DD/hour=HH/_WRITER-NNNN.fresh    what a writer has appended; readers of Parquet pass over names with an underscore
/// labels/      model=M/date=YYYY-MM-DD/hour=HH/…                     late labels, by their predictions' time; the same names, one part an hour
/// outcomes/    model=M/date=YYYY-MM-DD/hour=HH/…                     business outcomes, likewise
/// predictions/ model=M/date=YYYY-MM-DD/_tensors/HH/SHA256.bin          a tensor too large for its row; of the day, so that it goes with it, and beside the hours, whose listings stay short
/// predictions/ model=M/date=YYYY-MM-DD/_profiles/HH/V-SIGNAL.bin       what scans keep of an hour's rows; derived, so it goes with them
/// labels/      model=M/_touched/YYYY-MM-DDTHH                        an old hour that got labels since it was compacted; outcomes likewise
/// predictions/ _writers/WRITER.json                                  what a writer has accepted and stored
/// </remarks>
public static partial class PredictionPaths
{
    /// <summary>The container.</summary>
    public const string Container = "predictions";

    /// <summary>The container of late labels.</summary>
    public const string LabelsContainer = "labels";

    /// <summary>The container of business outcomes.</summary>
    public const string OutcomesContainer = "outcomes";

    /// <summary>Where writers keep their counts.</summary>
    public const string Writers = "_writers/";

    /// <summary>The hour whose partition a time falls into.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);

    /// <summary>Everything of one model.</summary>
    public static string Model(ModelName model) => $"model={Escape(model.Value)}/";

    /// <summary>Everything of one model's day.</summary>
    public static string Day(ModelName model, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{Model(model)}date={day:yyyy-MM-dd}/");

    /// <summary>The hours of one model's day, without what stands beside them.</summary>
    public static string Hours(ModelName model, DateOnly day) => Day(model, day) + "hour=";

    /// <summary>Everything of one model's hour.</summary>
    public static string Hour(ModelName model, DateTimeOffset hour) =>
        string.Create(CultureInfo.InvariantCulture, $"{Model(model)}date={hour.UtcDateTime:yyyy-MM-dd}/hour={hour.UtcDateTime:HH}/");

    /// <summary>A writer's blob within an hour.</summary>
    public static string Fresh(ModelName model, DateTimeOffset hour, string writer, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hour(model, hour)}_{writer}-{number:D4}.fresh");

    /// <summary>A compacted file within an hour.</summary>
    public static string Part(ModelName model, DateTimeOffset hour, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hour(model, hour)}part-{number:D6}.parquet");

    /// <summary>The large tensors of an hour's rows.</summary>
    public static string Tensors(ModelName model, DateTimeOffset hour) =>
        string.Create(CultureInfo.InvariantCulture, $"{Day(model, DateOnly.FromDateTime(hour.UtcDateTime))}_tensors/{hour.UtcDateTime:HH}/");

    /// <summary>What scans keep of an hour's rows.</summary>
    public static string Profiles(ModelName model, DateTimeOffset hour) =>
        string.Create(CultureInfo.InvariantCulture, $"{Day(model, DateOnly.FromDateTime(hour.UtcDateTime))}_profiles/{hour.UtcDateTime:HH}/");

    /// <summary>Of one version's rows, what one signal watches.</summary>
    public static string Profile(ModelName model, DateTimeOffset hour, int version, string signal) =>
        string.Create(CultureInfo.InvariantCulture, $"{Profiles(model, hour)}{version}-{signal}.bin");

    /// <summary>One large tensor, by the hash of its bytes.</summary>
    public static string Tensor(ModelName model, DateTimeOffset hour, string sha256) => $"{Tensors(model, hour)}{sha256}.bin";

    /// <summary>The marks of a model's old hours that got truth.</summary>
    public static string Touched(ModelName model) => $"{Model(model)}_touched/";

    /// <summary>The mark of one.</summary>
    public static string Touched(ModelName model, DateTimeOffset hour) =>
        string.Create(CultureInfo.InvariantCulture, $"{Touched(model)}{hour.UtcDateTime:yyyy-MM-dd'T'HH}");

    /// <summary>The hour of a mark; null for a name that is none.</summary>
    public static DateTimeOffset? ParseTouched(string path) =>
        DateTimeOffset.TryParseExact(path.AsSpan(path.LastIndexOf('/') + 1), "yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var hour) ? hour : null;

    /// <summary>A writer's counts.</summary>
    public static string Writer(string writer) => $"{Writers}{writer}.json";

    /// <summary>Reads a path back; null for a name that the log did not write.</summary>
    public static PredictionFile? Parse(string path)
    {
        var match = Rule().Match(path);
        if (!match.Success || !DateTimeOffset.TryParseExact($"{match.Groups["date"].Value} {match.Groups["hour"].Value}", "yyyy-MM-dd HH",
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var hour)) return null;
        var kind = match.Groups["part"].Success ? PredictionFileKind.Part
            : match.Groups["fresh"].Success ? PredictionFileKind.Fresh
            : match.Groups["tensor"].Success ? PredictionFileKind.Tensor : PredictionFileKind.Foreign;
        var number = kind == PredictionFileKind.Part ? int.Parse(match.Groups["part"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new(Uri.UnescapeDataString(match.Groups["model"].Value), hour, kind, match.Groups["file"].Value, number);
    }

    /// <summary>The day of a prefix; null for one that is no day's.</summary>
    public static DateOnly? ParseDay(string prefix)
    {
        var at = prefix.IndexOf("/date=", StringComparison.Ordinal);
        return at >= 0 && prefix.Length >= at + 16 && DateOnly.TryParseExact(prefix.AsSpan(at + 6, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
    }

    // A segment of a path may not end with a dot.
    private static string Escape(string model) => model.EndsWith('.') ? model[..^1] + "%2E" : model;

    [GeneratedRegex(@"^model=(?<model>[^/]+)/date=(?<date>\d{4}-\d\d-\d\d)/(?:hour=(?<hour>\d\d)/(?<file>part-(?<part>\d{6})\.parquet|(?<fresh>_[0-9a-f]+-\d{4,}\.fresh)|.+)|_tensors/(?<hour>\d\d)/(?<file>(?<tensor>[0-9a-f]{64})\.bin))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}

/// <summary>What a path in the container says.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Hour">The partition.</param>
/// <param name="Kind">What the file is.</param>
/// <param name="Name">The path's last part.</param>
/// <param name="Number">A part's number.</param>
public sealed record PredictionFile(string Model, DateTimeOffset Hour, PredictionFileKind Kind, string Name, int Number);

/// <summary>What a file in a partition is.</summary>
public enum PredictionFileKind
{
    /// <summary>Compacted rows.</summary>
    Part,
    /// <summary>Rows as a writer appended them.</summary>
    Fresh,
    /// <summary>A tensor too large for its row.</summary>
    Tensor,
    /// <summary>Something that the log did not write.</summary>
    Foreign,
}
