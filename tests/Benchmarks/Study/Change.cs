namespace Serverless.Benchmarks.Study;

/// <summary>A change: of the mean in standard deviations, of the standard deviation by a factor, of the tails by a share of rows that lie four times as far out.</summary>
internal readonly record struct Change(double Shift, double Scale, double Outliers)
{
    public static Change None { get; } = new(0, 1, 0);
}
