using System.Security.Cryptography;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Serverless.Services.Events.Webhooks;

namespace Serverless.Services.Tests.Monitoring.Alerts;

public sealed class WebhookVaultTests
{
    private const string Secret = "a secret of enough letters";

    [Theory]
    [InlineData(null)]
    [InlineData("a2V5IG9mIHRoZSBzdWl0ZQ==")]
    public void Secret_SealedTwice_IsOpenedByAnyInstance_AndLooksDifferent(string? key)
    {
        var (one, two) = (Vault(key).Seal("pager", Secret), Vault(key).Seal("pager", Secret));
        Assert.Equal((Secret, Secret), (Vault(key).Open("pager", one), Vault(key).Open("pager", two)));
        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Secret_OfAnotherKeyOrWebhookOrEdited_IsNotOpened()
    {
        var kept = Vault("a2V5IG9mIHRoZSBzdWl0ZQ==").Seal("pager", Secret);
        Assert.ThrowsAny<CryptographicException>(() => Vault(null).Open("pager", kept));
        Assert.ThrowsAny<CryptographicException>(() => Vault("a2V5IG9mIHRoZSBzdWl0ZQ==").Open("chat", kept));
        Assert.ThrowsAny<CryptographicException>(() => Vault("a2V5IG9mIHRoZSBzdWl0ZQ==").Open("pager", kept[..20] + (kept[20] == 'A' ? 'B' : 'A') + kept[21..]));
    }

    [Fact]
    public void Secret_FromBeforeTheyWereSealed_IsItself() => Assert.Equal(Secret, Vault(null).Open("pager", Secret));

    private static WebhookVault Vault(string? key) =>
        new(Options.Create(new WebhooksOptions { SecretKey = key }), new TableServiceClient("UseDevelopmentStorage=true"), NullLogger<WebhookVault>.Instance);
}
