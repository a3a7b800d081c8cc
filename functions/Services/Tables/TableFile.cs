using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp;
using ParquetSharp.Arrow;
using Serverless.Core.Problems;

namespace Serverless.Services.Tables;

/// <summary>A table on disk, read as Arrow batches as often as needed; memory holds a batch. Rows of a CSV that cannot be read are passed over, counted and sampled.</summary>
public sealed partial class TableFile
{
    /// <summary>The most columns.</summary>
    public const int MostColumns = 4_096;

    private readonly string path;
    private readonly CsvSchema? csv;

    private TableFile(string path, TableFormat format, CsvSchema? csv) => (this.path, Format, this.csv) = (path, format, csv);

    /// <summary>How it came.</summary>
    public TableFormat Format { get; }

    /// <summary>Rows that could not be read.</summary>
    public long BadRows => csv?.Bad.Count ?? 0;

    /// <summary>The first of them: line and reason.</summary>
    public IReadOnlyList<string> BadSamples => csv?.Bad.Samples ?? [];

    /// <summary>Opens a table: finds its form, and of a CSV the types, by reading it once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: not a table, no column, too many, or two of one name.</exception>
    public static async Task<TableFile> OpenAsync(string path, CancellationToken cancel)
    {
        var head = new byte[8];
        int count;
        await using (var file = File.OpenRead(path)) count = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        var format = TableFormats.Of(head.AsSpan(0, count));
        return new(path, format, format == TableFormat.Csv ? Readable(() => CsvSchema.Read(Text(path), cancel)) : null);
    }

    /// <summary>Its rows. Dispose each batch when done with it.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/>: the file is damaged.</exception>
    public async IAsyncEnumerable<RecordBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await using var batches = Batches(cancel).GetAsyncEnumerator(cancel);
        var names = default(IReadOnlyList<string>);
        while (await NextAsync(batches))
        {
            names ??= Checked([.. batches.Current.Schema.FieldsList.Select(field => field.Name)]);
            yield return batches.Current;
        }
    }

    internal static IReadOnlyList<string> Checked(IReadOnlyList<string> names)
    {
        if (names.Count is 0 or > MostColumns)
            throw Wrong($"The table has {names.Count} columns; 1 to {MostColumns} can be.");
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ProblemException(ProblemKind.InvalidRequest, $"The table has two columns \"{twice.Key}\".") { Where = twice.Key };
        return names;
    }

    internal static ProblemException Wrong(string what) => new(ProblemKind.InvalidRequest, what) { Expected = TableFormats.ContentTypes };

    private static StreamReader Text(string path)
    {
        var file = File.OpenRead(path);
        var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return new(zipped ? new WholeGzip(file) : file, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
    }

    private IAsyncEnumerable<RecordBatch> Batches(CancellationToken cancel) => Format switch
    {
        TableFormat.Csv => csv!.Batches(Text(path)).ToAsyncEnumerable(),
        TableFormat.Parquet => ParquetAsync(cancel),
        TableFormat.ArrowStream => ArrowAsync(() => new ArrowStreamReader(File.OpenRead(path)), cancel),
        TableFormat.ArrowFile => ArrowAsync(() => new ArrowFileReader(File.OpenRead(path)), cancel),
    };

    private async IAsyncEnumerable<RecordBatch> ParquetAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        using var arrow = ArrowReaderProperties.GetDefault();
        using var reader = new FileReader(path, properties, arrow);
        using var batches = reader.GetRecordBatchReader();
        while (await batches.ReadNextRecordBatchAsync(cancel) is { } batch) yield return batch;
    }

    private static async IAsyncEnumerable<RecordBatch> ArrowAsync(Func<ArrowStreamReader> open, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = open();
        while (await reader.ReadNextRecordBatchAsync(cancel) is { } batch) yield return batch;
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<RecordBatch> batches)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (Exception damaged) when (IsDamage(damaged))
        {
            throw Wrong($"The table cannot be read: {Words(damaged)}");
        }
    }

    private static T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception damaged) when (IsTextDamage(damaged))
        {
            throw Wrong($"The table cannot be read: {TextWords(damaged)}");
        }
    }

    // Of a CSV what its parser and decoder say. Arrow's and Parquet's readers meet foreign bytes with whatever breaks first: all that they throw is about the file.
    private bool IsDamage(Exception thrown) => Format == TableFormat.Csv ? IsTextDamage(thrown) : thrown is not (OperationCanceledException or ProblemException or OutOfMemoryException);

    // Parquet's reader says what it found, among the names of its types; Arrow's only what broke inside of it, which helps nobody.
    private string Words(Exception damaged) => Format switch
    {
        TableFormat.ArrowStream or TableFormat.ArrowFile => "it is cut off, or no Arrow.",
        TableFormat.Parquet => TypeNames().Replace(damaged.Message.Split('\n')[0], ""),
        TableFormat.Csv => TextWords(damaged),
    };

    private static string TextWords(Exception damaged) => damaged is CsvHelper.MaxFieldSizeException ? $"a cell is longer than {CsvSchema.LongestCell} characters." : damaged.Message.Split('\n')[0];

    [GeneratedRegex(@"^\w+ \(message: '|'\)$|\w+Exception:? ?", RegexOptions.CultureInvariant)]
    private static partial Regex TypeNames();

    private static bool IsTextDamage(Exception thrown) => thrown is InvalidDataException or System.Text.DecoderFallbackException or CsvHelper.CsvHelperException;
}
