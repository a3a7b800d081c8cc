using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;
using Serverless.Core.Access;

namespace Serverless.App.Tests.Access;

public sealed class RoleTableTests
{
    [Fact]
    public void EveryHttpFunction_HasARowAndEveryRowAFunction() =>
        Assert.Equal(MappedFunction.Triggers().Select(function => function.Name).Order(), RoleTable.Functions.Order());

    [Fact]
    public void EveryHttpFunction_IsAnonymousToTheHost() =>
        Assert.All(MappedFunction.Triggers(), function => Assert.Equal(AuthorizationLevel.Anonymous, function.Trigger.AuthLevel));

    [Theory]
    [InlineData("champion", Role.Approve)]
    [InlineData("shadow", Role.Contribute)]
    public void Alias_NeedsTheRoleThatItsNameAsks(string alias, Role needed)
    {
        Assert.Equal(needed, RoleTable.Needed("PutAlias", new RouteValueDictionary { ["alias"] = alias }));
        Assert.Equal(needed, RoleTable.Needed("DeleteAlias", new RouteValueDictionary { ["alias"] = alias }));
    }

    [Fact]
    public void AnUnknownFunction_IsTheAdmins() => Assert.Equal(Role.Admin, RoleTable.Needed("New", []));

    [Fact]
    public void ServingCannotPromoteAndTrainingCannotApprove()
    {
        var champion = new RouteValueDictionary { ["alias"] = "champion" };
        Assert.False(new Principal("server", Role.Predict).May(RoleTable.Needed("PutAlias", champion)));
        Assert.False(new Principal("trainer", Role.Contribute).May(RoleTable.Needed("PutAlias", champion)));
        Assert.True(new Principal("boss", Role.Approve).May(RoleTable.Needed("PutAlias", champion)));
        Assert.False(new Principal("boss", Role.Approve).May(RoleTable.Needed("RegisterVersion", [])));
    }
}
