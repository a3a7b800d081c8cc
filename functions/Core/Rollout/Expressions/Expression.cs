using System.Collections.Immutable;

namespace Serverless.Core.Rollout;

/// <summary>A condition over named evidence.</summary>
/// <remarks>
/// From loosest to tightest: <c>or</c>; <c>and</c>; <c>not</c>; <c>&gt;= &gt; &lt;= &lt;</c> (not chained); <c>+ -</c>; <c>* /</c>; unary <c>-</c>; numbers, names, parentheses.
/// What is missing, or divided by nought, is unknown, and so is what it is compared with; truth values follow Kleene.
/// </remarks>
public sealed class Expression
{
    private readonly Node root;

    private Expression(string text, Node root) => (Text, this.root, Names) = (text, root, [.. root.Names.Distinct(StringComparer.Ordinal)]);

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The names in it, in the order of their first use.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Reads a condition. Names must be in the catalogue.</summary>
    /// <exception cref="ExpressionException">It is none; the position is said.</exception>
    public static Expression Parse(string text) => new(text, new ExpressionParser(text).Condition());

    /// <summary>Whether it holds.</summary>
    public Truth Evaluate(Evidence evidence) => root.Truth(evidence);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>An expression that cannot be read.</summary>
/// <param name="position">The character at which it stops being one, from 0.</param>
/// <param name="message">What was found, and what would do.</param>
public sealed class ExpressionException(int position, string message) : Exception($"{message} (at character {position + 1})")
{
    /// <summary>The character at which it stops being one, from 0.</summary>
    public int Position { get; } = position;
}
