using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;
using Serverless.Core.Access;

namespace Serverless.App.Tests.Access;

public sealed class RoleTableTests
{
    private static IEnumerable<(string Name, HttpTriggerAttribute Trigger)> HttpFunctions() =>
        from type in typeof(RoleTable).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        select (function.Name, trigger);

    [Fact]
    public void EveryHttpFunction_HasARowAndEveryRowAFunction() =>
        Assert.Equal(HttpFunctions().Select(function => function.Name).Order(), RoleTable.Functions.Order());

    [Fact]
    public void EveryHttpFunction_IsAnonymousToTheHost() =>
        Assert.All(HttpFunctions(), function => Assert.Equal(AuthorizationLevel.Anonymous, function.Trigger.AuthLevel));

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
