using System.Text;
using Apache.Arrow;

namespace Serverless.Services.Predictions;

/// <summary>Texts of columns whose values are few and repeat: each is made once.</summary>
internal sealed class TextPool
{
    private const int Most = 4_096;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> texts = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public string Text(StringArray array, int row)
    {
        var utf8 = array.GetBytes(row);
        Span<char> chars = stackalloc char[256];
        if (utf8.Length > chars.Length) return Encoding.UTF8.GetString(utf8);
        var text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        if (texts.TryGetValue(text, out var known)) return known;
        var made = text.ToString();
        return texts.Dictionary.Count < Most ? texts.Dictionary[made] = made : made;
    }
}
