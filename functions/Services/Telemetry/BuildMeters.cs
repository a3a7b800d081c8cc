using System.Diagnostics.Metrics;
using System.Reflection;

namespace Serverless.Services.Telemetry;

/// <summary>Says which build runs.</summary>
internal sealed class BuildMeters : IMeters
{
    /// <summary>The meter's name.</summary>
    public const string Name = MetricsRegistration.Prefix + "Build";

    private static readonly string Version =
        typeof(BuildMeters).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public BuildMeters(IMeterFactory meters) =>
        meters.Create(Name).CreateObservableGauge("mlops.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)), description: "1, with the version of the suite that runs.");
}
