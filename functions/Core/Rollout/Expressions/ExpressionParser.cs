namespace Serverless.Core.Rollout;

/// <summary>Reads an expression by the binding power of its operators.</summary>
/// <remarks>Pratt, Top down operator precedence, POPL 1973.</remarks>
internal sealed class ExpressionParser
{
    private const int LongestText = 2_000;
    private const int Deepest = 64;
    private readonly string text;
    private Token token;
    private int depth;

    public ExpressionParser(string text)
    {
        if (text.Length > LongestText) throw new ExpressionException(LongestText, $"An expression has at most {LongestText} characters");
        (this.text, token) = (text, ExpressionLexer.Next(text, 0));
    }

    /// <summary>The whole text.</summary>
    public Node Condition()
    {
        var node = Parse(0);
        if (token.Operator != Operator.End) throw new ExpressionException(token.Position, $"An operator was expected, {token.Shown} found");
        return node.IsCondition ? node : throw new ExpressionException(node.Position, "This is a number; a gate needs a condition, such as … >= 0.9");
    }

    private Node Parse(int power)
    {
        if (++depth > Deepest) throw new ExpressionException(token.Position, $"More than {Deepest} levels");
        var left = Prefix(Take());
        while (Power(token.Operator) > power)
            left = Infix(Take(), left);
        depth--;
        return left;
    }

    private Node Prefix(Token first) => first.Operator switch
    {
        Operator.Number => new Node.Literal(first.Position, first.Number),
        Operator.Name => new Node.Named(first.Position, Known(first)),
        Operator.Minus => new Node.Negated(first.Position, Quantity(Parse(60))),
        Operator.Not => new Node.Inverted(first.Position, Claim(Parse(25))),
        Operator.Open => Close(Parse(0)),
        _ => throw new ExpressionException(first.Position, $"A number, a name or a parenthesis was expected, {first.Shown} found"),
    };

    private Node Infix(Token symbol, Node left)
    {
        var right = Parse(Power(symbol.Operator));
        if (symbol.Operator is Operator.And or Operator.Or) return new Node.Logic(symbol.Position, symbol.Operator, Claim(left), Claim(right));
        if (symbol.Operator is Operator.AtLeast or Operator.Above or Operator.AtMost or Operator.Below)
        {
            if (left is Node.Comparison) throw new ExpressionException(symbol.Position, "Comparisons are not chained; join two with \"and\"");
            return new Node.Comparison(symbol.Position, symbol.Operator, Quantity(left), Quantity(right));
        }

        return new Node.Arithmetic(symbol.Position, symbol.Operator, Quantity(left), Quantity(right));
    }

    // How tightly an operator holds both sides; the left one first, as it was read first.
    private static int Power(Operator symbol) => symbol switch
    {
        Operator.Or => 10,
        Operator.And => 20,
        Operator.AtLeast or Operator.Above or Operator.AtMost or Operator.Below => 30,
        Operator.Plus or Operator.Minus => 40,
        Operator.Times or Operator.Over => 50,
        _ => 0,
    };

    private static Node Quantity(Node node) => node.IsCondition ? throw new ExpressionException(node.Position, "A number was expected here, not a condition") : node;

    private static Node Claim(Node node) => node.IsCondition ? node : throw new ExpressionException(node.Position, "A condition was expected here, not a number");

    private static string Known(Token name) => EvidenceCatalogue.Problem(name.Text) is { } problem ? throw new ExpressionException(name.Position, problem) : name.Text;

    private Node Close(Node inner)
    {
        if (token.Operator != Operator.Close) throw new ExpressionException(token.Position, $"\")\" was expected, {token.Shown} found");
        Take();
        return inner;
    }

    private Token Take()
    {
        var taken = token;
        token = ExpressionLexer.Next(text, taken.Position + taken.Text.Length);
        return taken;
    }
}
