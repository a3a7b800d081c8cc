namespace Serverless.Core.Rollout;

/// <summary>A part of an expression: a number, or a condition.</summary>
internal abstract record Node(int Position)
{
    public abstract bool IsCondition { get; }

    public abstract IEnumerable<string> Names { get; }

    public virtual Truth Truth(Evidence evidence) => Rollout.Truth.Unknown;

    public virtual double? Number(Evidence evidence) => null;

    public sealed record Literal(int Position, double Value) : Node(Position)
    {
        public override bool IsCondition => false;
        public override IEnumerable<string> Names => [];
        public override double? Number(Evidence evidence) => Value;
    }

    public sealed record Named(int Position, string Name) : Node(Position)
    {
        public override bool IsCondition => false;
        public override IEnumerable<string> Names => [Name];
        public override double? Number(Evidence evidence) => evidence.Find(Name);
    }

    public sealed record Negated(int Position, Node Operand) : Node(Position)
    {
        public override bool IsCondition => false;
        public override IEnumerable<string> Names => Operand.Names;
        public override double? Number(Evidence evidence) => -Operand.Number(evidence);
    }

    public sealed record Arithmetic(int Position, Operator Operator, Node Left, Node Right) : Node(Position)
    {
        public override bool IsCondition => false;
        public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);
        public override double? Number(Evidence evidence) => Figure.Finite(Apply(Left.Number(evidence), Right.Number(evidence)));

        private double? Apply(double? left, double? right) => Operator switch
        {
            Operator.Plus => left + right,
            Operator.Minus => left - right,
            Operator.Times => left * right,
            _ => left / right,
        };
    }

    public sealed record Comparison(int Position, Operator Operator, Node Left, Node Right) : Node(Position)
    {
        public override bool IsCondition => true;
        public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

        public override Truth Truth(Evidence evidence) =>
            Left.Number(evidence) is { } left && Right.Number(evidence) is { } right ? Holds(left, right) ? Rollout.Truth.True : Rollout.Truth.False : Rollout.Truth.Unknown;

        private bool Holds(double left, double right) => Operator switch
        {
            Operator.AtLeast => left >= right,
            Operator.Above => left > right,
            Operator.AtMost => left <= right,
            _ => left < right,
        };
    }

    public sealed record Logic(int Position, Operator Operator, Node Left, Node Right) : Node(Position)
    {
        public override bool IsCondition => true;
        public override IEnumerable<string> Names => Left.Names.Concat(Right.Names);

        public override Truth Truth(Evidence evidence)
        {
            var (left, right) = (Left.Truth(evidence), Right.Truth(evidence));
            return Operator == Operator.And ? (Truth)Math.Min((int)left, (int)right) : (Truth)Math.Max((int)left, (int)right);
        }
    }

    public sealed record Inverted(int Position, Node Operand) : Node(Position)
    {
        public override bool IsCondition => true;
        public override IEnumerable<string> Names => Operand.Names;
        public override Truth Truth(Evidence evidence) => (Truth)(2 - (int)Operand.Truth(evidence));
    }
}
