using System.Runtime.CompilerServices;
using System.Text;

namespace Serverless.Services.Monitoring.Reports;

/// <summary>HTML or SVG that is safe to write. It comes from <see cref="Of"/> alone, which encodes everything that is put into the text, so that no name can forget to be.</summary>
internal readonly record struct Markup
{
    private readonly string? text;

    private Markup(string text) => this.text = text;

    /// <summary>Nothing.</summary>
    public static Markup Empty => default;

    /// <summary>How long it is.</summary>
    public int Length => text?.Length ?? 0;

    /// <summary>The text with what is put into it encoded; coordinates with two decimals.</summary>
    public static Markup Of(MarkupHandler handler) => new(handler.ToString());

    /// <summary>One after the other.</summary>
    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.text)));

    /// <summary>The parts in a row.</summary>
    public static Markup Each<T>(IEnumerable<T> items, Func<T, Markup> one) => Join(items.Select(one));

    /// <inheritdoc/>
    public override string ToString() => text ?? "";
}

/// <summary>Builds <see cref="Markup"/> out of an interpolated string.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupHandler(int literalLength, int formattedCount)
{
    private readonly StringBuilder builder = new(literalLength + formattedCount * 8);

    public void AppendLiteral(string literal) => builder.Append(literal);

    public void AppendFormatted(Markup markup) => builder.Append(markup.ToString());

    public void AppendFormatted(string? text) => Encoding.Append(builder, text);

    public void AppendFormatted(int number) => builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"{number}");

    public void AppendFormatted(double coordinate) => builder.Append(Words.Coordinate(coordinate));

    public override string ToString() => builder.ToString();
}
