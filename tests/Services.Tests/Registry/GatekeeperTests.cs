using System.Text;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Serverless.Core.Access;
using Serverless.Services.Registry.Keys;

namespace Serverless.Services.Tests.Registry;

public sealed class GatekeeperTests
{
    [Theory]
    [InlineData("""{"auth_typ":"aad","name_typ":"mail","role_typ":"role","claims":[{"typ":"mail","val":"ann@x"},{"typ":"role","val":"Approve"},{"typ":"role","val":"read"}]}""", "entra:ann@x", Role.Approve | Role.Read)]
    [InlineData("""{"claims":[{"typ":"appid","val":"1234"},{"typ":"roles","val":"Predict"},{"typ":"roles","val":"31"},{"typ":"roles","val":"King"}]}""", "entra:1234", Role.Predict)]
    [InlineData("""{"claims":[{"typ":"groups","val":"Admin"}]}""", "entra:unknown", Role.Open)]
    public async Task Identify_OfAPlatformThatIsTrusted_TakesItsNameAndAppRoles(string claims, string name, Role roles)
    {
        var principal = await IdentifyAsync(trusted: true, Convert.ToBase64String(Encoding.UTF8.GetBytes(claims)));
        Assert.Equal(new Principal(name, roles), principal);
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("e30=")]
    [InlineData("bnVsbA==")]
    [InlineData("W10=")]
    [InlineData("/w==")]
    public async Task Identify_OfAHeaderThatCannotBeRead_IsNobody(string header) => Assert.Null(await IdentifyAsync(trusted: true, header));

    [Fact]
    public async Task Identify_OfAPlatformThatIsNotTrusted_IsNobody() =>
        Assert.Null(await IdentifyAsync(trusted: false, Convert.ToBase64String("""{"claims":[{"typ":"roles","val":"Admin"}]}"""u8)));

    [Fact]
    public async Task Identify_WhereKeysAreNotEnforced_IsLocal()
    {
        var gate = new Gatekeeper(Keys(), Settings(("FunctionsHost:KeysEnforced", "false")));
        Assert.Equal(Principal.Local, await gate.Identify(new DefaultHttpContext().Request));
    }

    private static ValueTask<Principal?> IdentifyAsync(bool trusted, string header)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["x-ms-client-principal"] = header;
        return new Gatekeeper(Keys(), Settings(("Access:PlatformIdentity", trusted.ToString()))).Identify(request);
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value))).Build();

    // No key is presented here, so none is looked up.
    private static NamedKeys Keys() => NamedKeysTests.Over(new TableServiceClient("UseDevelopmentStorage=true"), TimeProvider.System);
}
