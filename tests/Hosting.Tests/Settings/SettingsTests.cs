using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Settings;
using Serverless.Hosting.Tests.Http;
using Serverless.Testing;

namespace Serverless.Hosting.Tests.Settings;

public sealed class SettingsTests
{
    [Fact]
    public void Sample_AsItIs_CanBeRead()
    {
        var values = LocalSettings.Parse(File.ReadAllText(Repository.File("local.settings.sample.json")), "sample");

        Assert.Equal("UseDevelopmentStorage=true", values["AzureWebJobsStorage"]);
        Assert.Equal("30", values["FunctionsHost:EventGrid:MaxDeliveryAttempts"]);
        Assert.Equal("http://127.0.0.1:7071", values["urls"]);
    }

    [Fact]
    public void Sample_EachSettingOfTheHost_IsExplained()
    {
        var text = File.ReadAllText(Repository.File("local.settings.sample.json"));
        var names = typeof(HostSettings).GetFields().Select(field => (string)field.GetRawConstantValue()!)
            .Where(name => name.StartsWith("FunctionsHost:", StringComparison.Ordinal) && name != HostSettings.KeysEnforced);

        Assert.All(names, name => Assert.Contains(name.Replace(":", "__", StringComparison.Ordinal), text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"IsEncrypted":true,"Values":{}}""", "is encrypted")]
    [InlineData("""{"Values":""", "can't be read")]
    [InlineData("[]", "can't be read")]
    public void LocalSettings_ThatCannotBeRead_SayWhy(string text, string reason)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => LocalSettings.Parse(text, "the-file"));

        Assert.Contains("the-file " + reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfTheApplication_HoldWhatTheHostDecided()
    {
        await using var host = await TestHost.StartAsync([typeof(KeyedFunctions)], "--enableAuth");

        var settings = host.Services.GetRequiredService<IConfiguration>();

        Assert.Equal("true", settings["FunctionsHost:KeysEnforced"]);
        Assert.Equal(new Uri(host.Client.BaseAddress!, "/runtime/eventgrid/topics/local/api/events").ToString(), settings["EventGrid:TopicEndpoint"]);
        Assert.True(settings["EventGrid:TopicKey"]!.Length > 40);
    }

    [Theory]
    [InlineData("functionTimeout", "-1", -1)]
    [InlineData("functionTimeout", "00:10:00", 600_000)]
    public void HostJson_FunctionTimeout_IsRead(string name, string value, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(name, value).FunctionTimeout);

    [Fact]
    public void HostJson_WithNothingInIt_HasTheFunctionsHostsDefaults()
    {
        var file = HostJson.Read(Path.GetTempPath(), new ConfigurationBuilder().Build());

        Assert.Equal("api", file.RoutePrefix);
        Assert.Equal(TimeSpan.FromMinutes(30), file.FunctionTimeout);
        Assert.Equal((16, 8, 5), (file.Queues.BatchSize, file.Queues.NewBatchThreshold, file.Queues.MaxDequeueCount));
    }

    [Fact]
    public void Placeholder_WithoutItsSetting_IsRefusedByName()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("There", "x")]).Build();

        Assert.Equal("a-x-b", SettingNames.Resolve("a-%There%-b", settings, "f"));
        Assert.Contains("'Gone'", Assert.Throws<InvalidOperationException>(() => SettingNames.Resolve("%Gone%", settings, "f")).Message, StringComparison.Ordinal);
    }

    private static HostJson Read(string name, string value) => HostJson.Read(
        Path.GetTempPath(), new ConfigurationBuilder().AddInMemoryCollection([new("AzureFunctionsJobHost:" + name, value)]).Build());
}
