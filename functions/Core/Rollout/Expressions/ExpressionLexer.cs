using System.Globalization;

namespace Serverless.Core.Rollout;

/// <summary>Cuts an expression into tokens.</summary>
internal static class ExpressionLexer
{
    public static Token Next(string text, int from)
    {
        while (from < text.Length && char.IsWhiteSpace(text[from])) from++;
        return from == text.Length ? new(Operator.End, from, "")
            : Symbol(text, from) is { } symbol ? symbol
            : char.IsAsciiDigit(text[from]) || text[from] == '.' ? Number(text, from)
            : EvidenceName.IsWordStart(text[from]) ? Word(text, from)
            : throw new ExpressionException(from, $"\"{text[from]}\" means nothing here");
    }

    private static Token? Symbol(string text, int at)
    {
        var two = at + 1 < text.Length && text[at + 1] == '=';
        Operator? found = text[at] switch
        {
            '(' => Operator.Open,
            ')' => Operator.Close,
            '+' => Operator.Plus,
            '-' => Operator.Minus,
            '*' => Operator.Times,
            '/' => Operator.Over,
            '>' => two ? Operator.AtLeast : Operator.Above,
            '<' => two ? Operator.AtMost : Operator.Below,
            '=' => throw new ExpressionException(at, "Figures are hardly ever equal; use >= and <="),
            _ => null,
        };
        return found is { } symbol ? new(symbol, at, text.Substring(at, symbol is Operator.AtLeast or Operator.AtMost ? 2 : 1)) : null;
    }

    private static Token Number(string text, int start)
    {
        var at = start;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.' || Exponent(text, start, at))) at++;
        var written = text[start..at];
        return double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new(Operator.Number, start, written)
            : throw new ExpressionException(start, $"\"{written}\" is no number");
    }

    private static bool Exponent(string text, int start, int at) =>
        at > start && (text[at] is 'e' or 'E' ? char.IsAsciiDigit(text[at - 1]) : text[at] is '+' or '-' && text[at - 1] is 'e' or 'E');

    private static Token Word(string text, int start)
    {
        var at = start;
        while (at < text.Length && (EvidenceName.IsWord(text[at]) || text[at] is '.' or '"'))
            at = text[at] == '"' ? Unquote(text, at) : at + 1;
        var word = text[start..at];
        return new(word switch { "or" => Operator.Or, "and" => Operator.And, "not" => Operator.Not, _ => Operator.Name }, start, word);
    }

    private static int Unquote(string text, int quote)
    {
        var end = text.IndexOf('"', quote + 1);
        return end < 0 ? throw new ExpressionException(quote, "A quote is not closed") : end + 1;
    }
}
