using System.Globalization;

namespace Serverless.Core.Rollout;

/// <summary>The smallest parts of an expression.</summary>
internal readonly record struct Token(Operator Operator, int Position, string Text)
{
    public double Number => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    public string Shown => Operator == Operator.End ? "the end" : $"\"{Text}\"";
}

/// <summary>What a token does.</summary>
internal enum Operator
{
    End, Number, Name, Open, Close,
    Or, And, Not,
    AtLeast, Above, AtMost, Below,
    Plus, Minus, Times, Over,
}
