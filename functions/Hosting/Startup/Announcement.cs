using System.Globalization;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Serverless.Hosting.Functions;
using Serverless.Hosting.Http;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Settings;
using Serverless.Hosting.Storage;
using Serverless.Hosting.Timers;

namespace Serverless.Hosting.Startup;

/// <summary>What the host says once it serves: every function with its trigger, the keys in force, the storage, and last where it listens.</summary>
internal sealed class Announcement(FunctionCatalog catalog, DisabledFunctions disabled, string routePrefix, HostStorage storage, KeyCheck keys, TimeProvider clock)
{
    public Dictionary<string, TimerSchedule> Schedules { get; } = [];

    public void Write(TextWriter output, ICollection<string> addresses)
    {
        var text = new StringBuilder("\n");
        var width = catalog.Entries.Select(function => function.Name.Length).DefaultIfEmpty().Max();
        foreach (var kind in catalog.Entries.GroupBy(Kind).OrderBy(kind => kind.Key))
        {
            text.Append(kind.Key[1..]).Append(":\n");
            foreach (var function in kind) text.Append("  ").Append(function.Name.PadRight(width)).Append("  ").Append(Describe(function, addresses)).Append(disabled.Has(function) ? "  disabled\n" : "\n");
            text.Append('\n');
        }
        text.Append("Keys     ").Append(keys.Enforced ? $"enforced; kept in blob azure-webjobs-secrets/{storage.HostId}/host.json" : "are not enforced: loopback development (--enableAuth turns them on)").Append('\n');
        text.Append("Storage  ").Append(storage.Describe()).Append('\n');
        foreach (var address in addresses) text.Append("Listening on ").Append(address).Append('\n');
        output.Write(text.ToString());
        output.Flush();
    }

    private static string Kind(FunctionEntry function) => function.Trigger switch
    {
        HttpTriggerAttribute => "0Http",
        TimerTriggerAttribute => "1Timers",
        QueueTriggerAttribute => "2Queues",
        _ => "3Events",
    };

    private string Describe(FunctionEntry function, ICollection<string> addresses) => function.Trigger switch
    {
        HttpTriggerAttribute http => $"{Methods(http),-10} {addresses.FirstOrDefault()}/{HttpRoutes.Template(function, http, routePrefix)}",
        TimerTriggerAttribute => Timer(Schedules[function.Name]),
        QueueTriggerAttribute queue => queue.QueueName,
        EventGridTriggerAttribute { IsBatched: true } => "Event Grid, in batches",
        _ => "Event Grid",
    };

    private static string Methods(HttpTriggerAttribute http) => http.Methods is { Length: > 0 } methods ? string.Join(',', methods).ToUpperInvariant() : "ANY";

    private string Timer(TimerSchedule schedule)
    {
        var next = schedule.Next(clock.GetUtcNow(), clock.LocalTimeZone);
        return $"{schedule.Text,-16} next {next.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)}";
    }
}
