using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Serverless.Hosting.Invocation;

/// <summary>Reads parameters from the route by name.</summary>
internal static class RouteValue
{
    public static bool CanRead(Type type) => type == typeof(string) || ParsableOf(type) is not null;

    public static Expression Expression(ParameterExpression http, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var name = System.Linq.Expressions.Expression.Constant(parameter.Name);
        if (type == typeof(string)) return System.Linq.Expressions.Expression.Call(Reader(nameof(Text)), http, name);
        var method = Reader(Nullable.GetUnderlyingType(type) is null ? nameof(Parsed) : nameof(ParsedOrNull));
        return System.Linq.Expressions.Expression.Call(method.MakeGenericMethod(ParsableOf(type)!), http, name);
    }

    public static string? Text(HttpContext http, string name) =>
        http.Request.RouteValues.TryGetValue(name, out var value) ? value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    public static T Parsed<T>(HttpContext http, string name) where T : IParsable<T> =>
        T.Parse(Text(http, name) ?? "", CultureInfo.InvariantCulture);

    public static T? ParsedOrNull<T>(HttpContext http, string name) where T : struct, IParsable<T> =>
        Text(http, name) is { } text ? T.Parse(text, CultureInfo.InvariantCulture) : null;

    private static MethodInfo Reader(string name) => typeof(RouteValue).GetMethod(name)!;

    private static Type? ParsableOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return Array.Exists(type.GetInterfaces(), face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>)) ? type : null;
    }
}
