using System.Reflection;
using System.Text.RegularExpressions;

namespace Serverless.Hosting.Tests.Worker;

/// <summary>A type's signatures in the notation of <c>worker-signatures.txt</c>.</summary>
internal static partial class Signatures
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>A head line's full type name, and its kind with base type (interfaces and the assembly left out).</summary>
    public static (string Name, string Kind) Head(string line)
    {
        var match = HeadLine().Match(line);
        var kind = match.Groups["kind"].Value;
        return (match.Groups["name"].Value, kind == "interface" ? kind : $"{kind} : {match.Groups["base"].Value}");
    }

    public static IEnumerable<string> Of(Type type)
    {
        yield return Kind(type);
        if (type.IsEnum)
        {
            yield return string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => $"{value}={(int)value}"));
            yield break;
        }
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            yield return $"delegate {Name(invoke.ReturnType)} ({Parameters(invoke)})";
            yield break;
        }
        if (type.IsSubclassOf(typeof(Attribute))) yield return Usage(type);
        foreach (var constructor in type.GetConstructors(Own).Where(Visible)) yield return $"{Access(constructor)}ctor({Parameters(constructor)})";
        foreach (var property in type.GetProperties(Own).Where(property => Visible(property.GetMethod!))) yield return Property(property);
        foreach (var method in type.GetMethods(Own).Where(method => Visible(method) && !method.IsSpecialName)) yield return Method(method);
    }

    // A static class is abstract and sealed to the runtime.
    private static string Kind(Type type)
    {
        if (type.IsInterface) return "interface";
        var kind = type.IsEnum ? "enum"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class" : "class";
        return $"{kind} : {Name(type.BaseType!)}";
    }

    private static string Usage(Type type)
    {
        var usage = type.GetCustomAttribute<AttributeUsageAttribute>()!;
        return $"usage {usage.ValidOn} multiple={usage.AllowMultiple}";
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily;

    private static string Access(ConstructorInfo constructor) => constructor.IsFamily ? "protected " : "";

    private static string Property(PropertyInfo property)
    {
        var declared = property.GetMethod!.IsAbstract ? "abstract " : "";
        var set = property.SetMethod is { IsPublic: true } ? "set;" : "";
        return $"{Name(property.PropertyType)} {property.Name} {{{declared}get;{set}}}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(",", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? "=" + (parameter.DefaultValue ?? "null") : "")}"));

    private static string Name(Type type)
    {
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericType) return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(",", type.GetGenericArguments().Select(Name))}>";
        return type switch
        {
            _ when type == typeof(void) => "void",
            _ when type == typeof(string) => "string",
            _ when type == typeof(bool) => "bool",
            _ when type == typeof(int) => "int",
            _ when type == typeof(object) => "object",
            _ => type.Name,
        };
    }

    [GeneratedRegex(@"^(?<kind>(static |sealed |abstract )?(class|interface|enum)) (?<name>\S+) : ?(?<base>\S*)")]
    private static partial Regex HeadLine();
}
