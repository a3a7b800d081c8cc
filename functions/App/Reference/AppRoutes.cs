using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;
using Serverless.Services.Reference;

namespace Serverless.App.Reference;

/// <summary>Every HTTP function of the application, as its attributes have it: what either host maps.</summary>
public static class AppRoutes
{
    /// <summary>One route a function and method.</summary>
    /// <param name="docs">What the classes say of themselves.</param>
    public static IReadOnlyList<Route> All(XmlDocs docs) =>
    [
        .. from type in typeof(AppRoutes).Assembly.GetTypes()
           from run in type.GetMethods()
           let function = run.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in run.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           from method in trigger.Methods ?? []
           select new Route(function.Name, Room(type), new(method.ToUpperInvariant()), trigger.Route ?? function.Name, docs.Of(type) ?? function.Name, RoleTable.Needed(function.Name, [])),
    ];

    private static string Room(Type type) => type.Namespace!.Split('.')[2];
}
