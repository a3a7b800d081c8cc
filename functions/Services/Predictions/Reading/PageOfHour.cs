using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Finds an hour's next rows by their ids alone, then reads the other columns where those rows stand.</summary>
internal sealed class PageOfHour(PredictionQuery query, DateTimeOffset hour, PredictionId? after, int size)
{
    private readonly bool whole = hour >= query.From && hour.AddHours(1) <= query.To;
    private List<(PredictionId Id, IPredictionSource Source)> found = [];

    public async Task<IReadOnlyList<PredictionRow>> ReadAsync(IReadOnlyList<IPredictionSource> sources, CancellationToken cancel)
    {
        foreach (var source in sources) await SearchAsync(source, cancel);
        Trim();
        var rows = new List<PredictionRow>();
        foreach (var group in found.GroupBy(entry => entry.Source)) await TakeAsync(group.Key, [.. group.Select(entry => entry.Id)], rows, cancel);
        return [.. rows.OrderBy(row => row.Id, Order)];
    }

    private async Task SearchAsync(IPredictionSource source, CancellationToken cancel)
    {
        var filter = new BatchFilter(query with { Columns = new HashSet<string> { LogColumns.Id } }, whole, ids: id => after is not { } last || Order.Compare(id, last) > 0);
        await foreach (var batch in source.ReadAsync(filter.Needs, cancel))
        {
            using var passed = filter.Apply(batch);
            if (passed is null) continue;
            var ids = (StringArray)passed.Column(LogColumns.Id);
            for (var row = 0; row < ids.Length; row++) found.Add((BatchFilter.IdAt(ids, row), source));
            if (found.Count > 4 * size + 4096) Trim();
        }
    }

    private async Task TakeAsync(IPredictionSource source, HashSet<PredictionId> ids, List<PredictionRow> rows, CancellationToken cancel)
    {
        var filter = new BatchFilter(query, whole, column => column == LogColumns.Id, ids.Contains);
        await foreach (var batch in source.ReadAsync(filter.Needs, cancel))
        {
            if (filter.Apply(batch) is not { } passed) continue;
            var texts = (StringArray)passed.Column(LogColumns.Id);
            for (var row = 0; row < texts.Length; row++) rows.Add(new(BatchFilter.IdAt(texts, row), passed, row));
        }
    }

    private void Trim()
    {
        found.Sort((left, right) => Order.Compare(left.Id, right.Id));
        if (found.Count <= size) return;
        // Several shadows follow one request: what has one id stays on one page, or the next page would not find the rest.
        var end = size;
        while (end > 0 && end < found.Count && found[end].Id == found[end - 1].Id) end++;
        found = found[..end];
    }

    /// <summary>The order of the ids' texts.</summary>
    private static readonly Comparer<PredictionId> Order = Comparer<PredictionId>.Create((left, right) =>
    {
        Span<byte> first = stackalloc byte[16];
        Span<byte> second = stackalloc byte[16];
        left.Write(first);
        right.Write(second);
        return first.SequenceCompareTo(second);
    });
}
