using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Serverless.Hosting.Settings;

/// <summary><c>host.json</c>: the part of it that applies here.</summary>
internal sealed class HostJson
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    private HostJson(IConfiguration file)
    {
        RoutePrefix = file["extensions:http:routePrefix"] ?? "api";
        MaxConcurrentRequests = file.GetValue("extensions:http:maxConcurrentRequests", -1);
        MaxOutstandingRequests = file.GetValue("extensions:http:maxOutstandingRequests", -1);
        FunctionTimeout = file["functionTimeout"] switch
        {
            null => DefaultTimeout,
            "-1" => Timeout.InfiniteTimeSpan,
            var text => TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
        };
        LogLevels = [.. file.GetSection("logging:logLevel").GetChildren().Select(level => KeyValuePair.Create($"Logging:LogLevel:{level.Key}", level.Value))];
        Queues = QueueSettings.From(file.GetSection("extensions:queues"));
    }

    public string RoutePrefix { get; }

    public int MaxConcurrentRequests { get; }

    public int MaxOutstandingRequests { get; }

    public TimeSpan FunctionTimeout { get; }

    public IReadOnlyList<KeyValuePair<string, string?>> LogLevels { get; }

    public QueueSettings Queues { get; }

    /// <summary>Reads the file in the application's folder; an absent file is an empty one. <c>AzureFunctionsJobHost__…</c> settings win over it.</summary>
    public static HostJson Read(string folder, IConfiguration settings)
    {
        var path = Path.Combine(folder, "host.json");
        try
        {
            return new HostJson(new ConfigurationBuilder()
                .AddJsonFile(path, optional: true, reloadOnChange: false)
                .AddInMemoryCollection(settings.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true).Where(setting => setting.Value is not null)).Build());
        }
        catch (Exception problem) when (problem is InvalidDataException or FormatException or JsonException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{path} can't be read: {problem.InnerException?.Message ?? problem.Message}", problem);
        }
    }
}
