using System.Text.Json;
using Azure.Data.Tables;
using Serverless.Core.Access;
using Serverless.Core.Problems;
using Serverless.Services.Http;
using Serverless.Services.Registry.Audit;
using Serverless.Services.Registry.Keys;
using Serverless.Services.Storage;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

/// <summary>The audit chain of keys, on a storage of its own.</summary>
public sealed class KeyLedgerTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await RegistryHost.StartAsync(azurite.ConnectionString);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Changes_OfKeys_AreInAChainAndInTheTrail()
    {
        var keys = Keys();
        await keys.IssueAsync(KeyName.Parse("scoring"), Role.Predict, null, RegistryHost.Caller, default);
        await keys.IssueAsync(KeyName.Parse("scoring"), Role.Predict | Role.Read, null, RegistryHost.Caller, default);
        await keys.WithdrawAsync(KeyName.Parse("scoring"), RegistryHost.Caller, default);
        var missing = await Assert.ThrowsAsync<ProblemException>(() => keys.WithdrawAsync(KeyName.Parse("scoring"), RegistryHost.Caller, default));
        Assert.Equal(ProblemKind.NotFound, missing.Kind);
        Assert.DoesNotContain(await keys.ListAsync(default), key => key.Name == "scoring");

        var verdict = await host.Get<AuditTrail>().VerifyAsync(null, default);
        Assert.True(verdict is { Valid: true, Keys: { Valid: true, Entries: >= 3 } });
        var page = await host.Get<AuditTrail>().ListAsync(new Paging(100, null), default);
        var told = page.Items.Select(item => JsonDocument.Parse(item.Entry.Text).RootElement).Where(entry => entry.GetProperty("subject").GetString() == "keys/scoring").ToArray();
        Assert.Equal(["KeyWithdrawn", "KeyIssued", "KeyIssued"], told.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal(("Predict", "tester"), (told[1].GetProperty("before").GetProperty("roles").GetString(), told[1].GetProperty("actor").GetString()));
        Assert.DoesNotContain(told, entry => entry.GetRawText().Contains("hash", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Changes_ByManyHostsAtOnce_AreEachInTheChain()
    {
        var before = (await host.Get<KeysTable>().HeadAsync(default)).Head.Count;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(at => Task.Run(() => Keys().IssueAsync(KeyName.Parse($"racer-{at}"), Role.Predict, null, RegistryHost.Caller, default))));
        Assert.Equal(before + 8, (await host.Get<KeysTable>().HeadAsync(default)).Head.Count);
        Assert.True((await host.Get<AuditTrail>().VerifyAsync(null, default)).Keys!.Valid);
    }

    [Fact]
    public async Task Verify_OfKeysThatSomebodyTouched_SaysSo()
    {
        await Keys().IssueAsync(KeyName.Parse("touched"), Role.Admin, null, RegistryHost.Caller, default);
        var rows = host.Get<TableServiceClient>().GetTableClient(StorageNames.KeysTable);
        var entry = await host.Get<KeysTable>().EntriesAsync(default).LastAsync();
        await rows.DeleteEntityAsync(entry.PartitionKey, entry.RowKey);
        var verdict = await host.Get<AuditTrail>().VerifyAsync(null, default);
        Assert.False(verdict.Valid);
        Assert.Contains("ends at entry", verdict.Keys!.Problem, StringComparison.Ordinal);
        await rows.UpsertEntityAsync(entry);
    }

    private NamedKeys Keys() => NamedKeysTests.Over(host.Get<TableServiceClient>(), TimeProvider.System);
}
