using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Serverless.App.Access;

namespace Serverless.App.Tests.Access;

/// <summary>An HTTP function of the application, as its attributes say it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Method">The method it answers, in capitals.</param>
/// <param name="Path">Where, with parameters in braces and without their constraints.</param>
internal sealed partial record MappedFunction(string Name, string Method, string Path)
{
    /// <summary>All of them; one that answers several methods stands here several times.</summary>
    public static IReadOnlyList<MappedFunction> All { get; } =
    [
        .. from function in Triggers()
           from method in function.Trigger.Methods ?? []
           select new MappedFunction(function.Name, method.ToUpperInvariant(), "/" + Constraint().Replace(function.Trigger.Route ?? function.Name, "")),
    ];

    /// <summary>Names and triggers by reflection.</summary>
    public static IEnumerable<(string Name, HttpTriggerAttribute Trigger)> Triggers() =>
        from type in typeof(RoleTable).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        select (function.Name, trigger);

    [GeneratedRegex(@":\w+(?=\})")]
    private static partial Regex Constraint();
}
