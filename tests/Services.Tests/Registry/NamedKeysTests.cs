using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Core.Access;
using Serverless.Services.Registry.Keys;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

public sealed class NamedKeysTests : IDisposable
{
    private static readonly Caller Admin = new("boss", "cause", null);
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private readonly Line line = new();
    private readonly HttpClient http;
    private readonly NamedKeys here;
    private readonly NamedKeys there;

    public NamedKeysTests(AzuriteFixture azurite)
    {
        http = new(line);
        var options = new TableClientOptions { Transport = new HttpClientTransport(http), Retry = { MaxRetries = 0 } };
        here = Over(new TableServiceClient(azurite.ConnectionString, options), clock);
        there = Over(new TableServiceClient(azurite.ConnectionString), clock);
    }

    /// <summary>The keys of one instance.</summary>
    internal static NamedKeys Over(TableServiceClient tables, TimeProvider clock)
    {
        var table = new KeysTable(tables);
        return new(table, new KeyLedger(table, new AuditIndexTable(tables), clock, NullLogger<KeyLedger>.Instance), clock, NullLogger<NamedKeys>.Instance);
    }

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Find_OfAnIssuedKey_NamesItsPrincipalWithoutFurtherReads()
    {
        var hash = await IssueAsync(here, "reads once");
        Assert.Equal(Role.Read, (await here.FindAsync(hash, default))!.Roles);
        line.Calls = 0;
        for (var request = 0; request < 100; request++) Assert.NotNull(await here.FindAsync(hash, default));
        Assert.Equal(0, line.Calls);
    }

    [Fact]
    public async Task Find_OfAKeyThatAnotherInstanceWithdrew_StopsAfterItsTime()
    {
        var hash = await IssueAsync(there, "withdrawn");
        Assert.NotNull(await here.FindAsync(hash, default));
        await there.WithdrawAsync(KeyName.Parse("withdrawn"), Admin, default);
        clock.Advance(NamedKeys.UsableFor + TimeSpan.FromTicks(1));
        Assert.Null(await here.FindAsync(hash, default));
    }

    [Fact]
    public async Task Find_OfAKeyThatAnotherInstanceIssued_IsSeenOnceTheListIsNotFresh()
    {
        Assert.Null(await here.FindAsync(PresentedKey.HashOf("nobody's"), default));
        var hash = await IssueAsync(there, "issued");
        clock.Advance(NamedKeys.FreshFor + TimeSpan.FromTicks(1));
        Assert.NotNull(await here.FindAsync(hash, default));
    }

    [Fact]
    public async Task Find_WhileStorageIsAway_KnowsTheOldKeysForAWhile()
    {
        var hash = await IssueAsync(here, "outlives");
        Assert.NotNull(await here.FindAsync(hash, default));
        line.IsDown = true;
        clock.Advance(NamedKeys.UsableFor * 2);
        Assert.NotNull(await here.FindAsync(hash, default));
        line.Calls = 0;
        Assert.NotNull(await here.FindAsync(hash, default));
        Assert.Equal(0, line.Calls);

        clock.Advance(NamedKeys.Endurance);
        await Assert.ThrowsAnyAsync<Exception>(async () => await here.FindAsync(hash, default));
        line.IsDown = false;
        Assert.NotNull(await here.FindAsync(hash, default));
    }

    [Fact]
    public async Task Find_OfAKeyThatHasEnded_IsNobody()
    {
        var key = await here.IssueAsync(KeyName.Parse("ends"), Role.Read, clock.GetUtcNow() + TimeSpan.FromSeconds(2), Admin, default);
        Assert.NotNull(await here.FindAsync(PresentedKey.HashOf(key), default));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await here.FindAsync(PresentedKey.HashOf(key), default));
    }

    private static async Task<Core.Registry.Digest> IssueAsync(NamedKeys keys, string name) =>
        PresentedKey.HashOf(await keys.IssueAsync(KeyName.Parse(name.Replace(' ', '-')), Role.Read, null, Admin, default));

    /// <summary>The line to a real Azurite, which can be cut.</summary>
    private sealed class Line() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsDown { get; set; }

        public int Calls { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return IsDown ? throw new HttpRequestException("The line is cut.") : base.SendAsync(request, cancellationToken);
        }
    }
}
