namespace Serverless.Core.Monitoring;

/// <summary>
/// When an alert that comes and goes is held. One that fired <see cref="Firings"/> times within the last <see cref="Windows"/> windows flaps: it is
/// resolved only after <see cref="Quiet"/> windows in a row without a breach, so that whoever is called hears of it once. Counted in windows rather
/// than in hours, so that the same rule fits monitors that look every minute and every day.
/// </summary>
/// <param name="Firings">So many firings make a flapping alert.</param>
/// <param name="Windows">Among so many of the newest windows.</param>
/// <param name="Quiet">It is over after so many windows in a row without a breach (or after the policy's own number, if that is larger).</param>
public sealed record FlapRule(int Firings = 3, int Windows = 24, int Quiet = 6)
{
    /// <summary>The rule in force.</summary>
    public static FlapRule Default { get; } = new();
}
