using Azure;
using Azure.Storage.Blobs;
using Serverless.Core.Monitoring;
using Serverless.Services.Predictions;
using Serverless.Services.Storage;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>
/// Windows of many hours from what is kept of each, so that a day or a week that moves on by an hour reads that hour alone. It serves where a column's test
/// needs no more than counts in cells (labels; numbers by χ², G, PSI, Jensen–Shannon, Hellinger, total variation) and the reference is a baseline, whose
/// cells stay. An hour is kept once all its rows are compacted; one with other rows since is read anew.
/// </summary>
public sealed class HourProfiles(PredictionReader predictions, WindowReader reader, BlobServiceClient blobs)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(PredictionPaths.Container);

    /// <summary>Whether a window is made of whole hours, more than one, and of all their rows.</summary>
    internal static bool Serve(WindowQuery query) =>
        query.Signal is Signal.FeatureDrift or Signal.PredictionDrift && query.Rows is null && query.Segments.Count == 0
        && query.Window.Length > Hour && PredictionPaths.HourOf(query.Window.From) == query.Window.From && PredictionPaths.HourOf(query.Window.To) == query.Window.To;

    /// <summary>Of the columns wanted those that profiles tell exactly; none where an hour has too many rows.</summary>
    /// <param name="query">The window.</param>
    /// <param name="version">Whose rows.</param>
    /// <param name="wanted">Columns with the edges between which their numbers are counted.</param>
    /// <param name="cancel">Ends it.</param>
    internal async Task<KnownColumns> ReadAsync(WindowQuery query, int version, IReadOnlyDictionary<string, double[]> wanted, CancellationToken cancel)
    {
        var merged = wanted.Keys.ToDictionary(name => name, HourColumn? (name) => new(name, Stated(query, name)), StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (hour, settled) in await predictions.SettledAsync(query.Model, query.Window.From, query.Window.To, cancel))
        {
            if (await HourAsync(query with { Window = new(hour, hour + Hour) }, version, wanted, settled, cancel) is not { } profile) return KnownColumns.None;
            names.UnionWith(profile.Names);
            foreach (var column in profile.Columns.Where(column => merged.ContainsKey(column.Name)))
                merged[column.Name] = merged[column.Name]?.With(column);
        }
        var known = merged.Where(column => column.Value is { IsExact: true }).ToDictionary(column => column.Key, column => column.Value!, StringComparer.Ordinal);
        return new(known, names.IsSubsetOf(known.Keys));
    }

    private async Task<HourProfile?> HourAsync(WindowQuery query, int version, IReadOnlyDictionary<string, double[]> wanted, long? settled, CancellationToken cancel)
    {
        var path = PredictionPaths.Profile(query.Model, query.Window.From, version, query.Signal == Signal.PredictionDrift ? "outputs" : "inputs");
        var kept = settled is null ? null : await FindAsync(path, cancel);
        if (kept is not null && kept.Settled == settled && Serves(kept, query, wanted)) return kept;
        if (await MakeAsync(query, version, wanted, settled, cancel) is not var (made, whole)) return null;
        if (whole) await KeepAsync(query, path, made, cancel);
        return made;
    }

    /// <summary>Keeps an hour's profile. Where rows were erased meanwhile, it may count them still, and the eraser may have looked for it before it was there: so it goes again.</summary>
    private async Task KeepAsync(WindowQuery query, string path, HourProfile made, CancellationToken cancel)
    {
        var blob = container.GetBlobClient(path);
        await blob.UploadAsync(BinaryData.FromBytes(made.ToBytes()), overwrite: true, cancel);
        var now = await predictions.SettledAsync(query.Model, query.Window.From, query.Window.To, cancel);
        if (now is not [(_, { } settled)] || settled != made.Settled) await blob.DeleteIfExistsAsync(cancellationToken: cancel);
    }

    /// <summary>From the hour's rows, and whether all stood still and could be read; null where they are so many that a sample of them is compared, which hours do not add up to.</summary>
    private async Task<(HourProfile Made, bool Whole)?> MakeAsync(WindowQuery query, int version, IReadOnlyDictionary<string, double[]> wanted, long? settled, CancellationToken cancel)
    {
        var most = settled ?? await reader.CountAsync(query.Model, query.Window, cancel);
        if (most > WindowReader.Limit) return null;
        var report = new ReadReport();
        using var rows = await reader.GatherAsync(query with { Features = [.. wanted.Keys] }, version, most, report, cancel);
        var columns = new HourColumn[wanted.Count];
        Parallel.ForEach(wanted.Select((column, at) => (column.Key, column.Value, at)), column =>
        {
            using var values = rows.Values(column.Key, null);
            columns[column.at] = values is null ? new(column.Key, Stated(query, column.Key)) : HourColumn.Of(column.Key, Stated(query, column.Key), values, column.Value);
        });
        return (new(most, rows.Names, columns), settled is not null && report.Flaws.Count == 0);
    }

    private static bool Serves(HourProfile kept, WindowQuery query, IReadOnlyDictionary<string, double[]> wanted)
    {
        var columns = kept.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        return wanted.All(column => columns.TryGetValue(column.Key, out var there) && there.Serves(Stated(query, column.Key), column.Value));
    }

    private static ColumnType? Stated(WindowQuery query, string column) => query.Types.TryGetValue(column, out var type) ? type : null;

    private async Task<HourProfile?> FindAsync(string path, CancellationToken cancel)
    {
        try
        {
            return HourProfile.Read((await container.GetBlobClient(path).DownloadContentAsync(cancel)).Value.Content.ToMemory().Span);
        }
        catch (InvalidDataException)
        {
            // It is derived, and made anew.
            return null;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }
}

/// <summary>What is known of a window without its rows.</summary>
/// <param name="Columns">Columns by plain name.</param>
/// <param name="All">Whether its rows have no others that are watched.</param>
internal sealed record KnownColumns(IReadOnlyDictionary<string, HourColumn> Columns, bool All)
{
    /// <summary>Nothing.</summary>
    public static KnownColumns None { get; } = new(new Dictionary<string, HourColumn>(), false);
}
