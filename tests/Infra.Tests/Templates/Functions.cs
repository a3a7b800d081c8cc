using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;

namespace Serverless.Infra.Tests.Templates;

/// <summary>The application's functions, as their attributes have them.</summary>
internal static class Functions
{
    /// <summary>Those with a trigger of a kind.</summary>
    public static IEnumerable<(string Name, TTrigger Trigger)> With<TTrigger>() where TTrigger : Attribute =>
        from method in Methods
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<TTrigger>()
        where trigger is not null
        select (method.GetCustomAttribute<FunctionAttribute>()!.Name, trigger);

    /// <summary>Every function's name.</summary>
    public static IEnumerable<string> Names => Methods.Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);

    private static IEnumerable<MethodInfo> Methods =>
        typeof(RoleTable).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null);
}
