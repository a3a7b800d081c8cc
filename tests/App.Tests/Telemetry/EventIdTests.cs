using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Serverless.Testing;

namespace Serverless.App.Tests.Telemetry;

/// <summary>Event ids are unique, lie in their room's range, and stand with level and message in docs/event-ids.md.</summary>
public sealed partial class EventIdTests
{
    private static readonly (string Room, int From, int To)[] Ranges =
    [
        ("Serverless.Services.Inference", 1000, 1099), ("Serverless.Services.Monitoring", 1100, 1149), ("Serverless.Services.Monitoring.Alerts", 1150, 1199),
        ("Serverless.Services.Rollout", 1200, 1299), ("Serverless.Services.Registry", 1300, 1399), ("Serverless.Services.Events", 1400, 1499),
        ("Serverless.Hosting", 1500, 1599), ("Serverless.Services.Predictions", 1600, 1699), ("Serverless.Services.Telemetry", 1700, 1799),
        ("Serverless.Services.Http", 1800, 1899),
    ];

    private static readonly (string Room, LoggerMessageAttribute Message)[] Messages =
    [
        .. from assembly in (string[])["Serverless.Core", "Serverless.Services", "Serverless.Hosting", "Serverless.App"]
        from type in Assembly.Load(assembly).GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        from message in method.GetCustomAttributes<LoggerMessageAttribute>()
        orderby message.EventId
        select (type.Namespace!, message),
    ];

    [Fact]
    public void Ids_AreUniqueAndInTheirRoomsRange()
    {
        Assert.NotEmpty(Messages);
        Assert.Empty(Messages.GroupBy(one => one.Message.EventId).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.Empty(from one in Messages
                     where !IsAtHome(one.Room, one.Message.EventId)
                     select $"{one.Message.EventId} {one.Room}");
    }

    [Fact]
    public void Page_HasALineForEach_AndSaysWhatItMeans()
    {
        var page = Repository.File("docs", "event-ids.md");
        var lines = File.ReadLines(page).Select(line => Line().Match(line)).Where(line => line.Success).ToArray();
        Assert.Equal(
            Messages.Select(one => $"{one.Message.EventId} {one.Message.Level} {one.Message.Message}"),
            lines.Select(line => $"{line.Groups[1].Value} {line.Groups[2].Value} {line.Groups[3].Value}"));
        Assert.All(lines, line => Assert.NotEmpty(line.Groups[4].Value.Trim()));
    }

    // What is logged is named by a placeholder: none is a value of a request, a key, or an address that carries one.
    [Fact]
    public void Messages_NameNoPayload() => Assert.Empty(
        from one in Messages
        where Forbidden().IsMatch(one.Message.Message)
        select one.Message.Message);

    // A room within a room has a range of its own.
    private static bool IsAtHome(string room, int id) => Ranges.Where(range => room == range.Room || room.StartsWith(range.Room + ".", StringComparison.Ordinal))
        .OrderByDescending(range => range.Room.Length).Take(1).Any(range => id >= range.From && id <= range.To);

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \| `(.+?)` \| (.*) \|$")]
    private static partial Regex Line();

    [GeneratedRegex(@"\{(Body|Payload|Value|Values|Secret|Token|Password|Url|Uri|Header|Headers|Query|Input|Inputs|Output|Outputs|Row|Entity)\}", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden();
}
