using System.Globalization;

namespace Serverless.Core.Monitoring;

/// <summary>Whether the first breach is in the first window that a version served.</summary>
internal static class DiagnosedDeployment
{
    /// <summary>The verdict about the first breach.</summary>
    public static DiagnosisDeployment Of(Finding first, IReadOnlyList<Finding> windows, IReadOnlyList<Deployment> deployments)
    {
        var before = windows.Where(finding => finding.Window.To <= first.Window.From && finding.Rows > 0).ToArray();
        if (Begun(first, before, deployments) is { } version)
            return Began(version, deployments.Where(one => one.Version == version && one.Time < first.Window.To).MaxBy(one => one.Time)?.Time);
        if (deployments.Where(one => one.Time < first.Window.To).MaxBy(one => one.Time) is not { } last)
            return before.Length == 0
                ? new(DeploymentVerdict.Unknown, null, null, "Nothing is known from before the first breach, so nobody can say whether it began with a version.")
                : new(DeploymentVerdict.NotRelated, null, null, "No version was put to serve lately.");
        return last.Time >= first.Window.From - first.Window.Length
            ? new(DeploymentVerdict.BeganWith, last.Version, last.Time, $"It began with version {last.Version}, put to serve {Text(last.Time)}, in that window or the one before the first breach.")
            : new(DeploymentVerdict.NotRelated, last.Version, last.Time, $"The last deployment, of version {last.Version}, was {Ago(first.Window.From - last.Time)} before the first breach.");
    }

    // A version that served in the first breach's window and in none before it, where something served before it.
    private static int? Begun(Finding first, IReadOnlyList<Finding> before, IReadOnlyList<Deployment> deployments)
    {
        if (!before.Any(finding => finding.Versions.Count > 0)) return null;
        var known = before.SelectMany(finding => finding.Versions).ToHashSet();
        return first.Versions.Where(version => !known.Contains(version))
            .OrderByDescending(version => deployments.Where(one => one.Version == version).Select(one => one.Time).DefaultIfEmpty(DateTimeOffset.MinValue).Max())
            .Select(version => (int?)version).FirstOrDefault();
    }

    private static DiagnosisDeployment Began(int version, DateTimeOffset? time) => new(
        DeploymentVerdict.BeganWith, version, time,
        $"It began with version {version}{(time is { } when ? $", put to serve {Text(when)}" : "")}: the first breach is in the first window that it served.");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Ago(TimeSpan time) => time.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.TotalHours):0} h");
}
