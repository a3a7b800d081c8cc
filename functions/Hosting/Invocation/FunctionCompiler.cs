using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Serverless.Hosting.Functions;

namespace Serverless.Hosting.Invocation;

/// <summary>Compiles function methods to delegates: no reflection while requests are served.</summary>
/// <remarks>Constructor arguments that are singletons are looked up once; the others come from the invocation's scope.</remarks>
internal sealed class FunctionCompiler(IServiceProvider root, ServiceLifetimes lifetimes)
{
    private static readonly ParameterExpression Http = Expression.Parameter(typeof(HttpContext), "http");
    private static readonly ParameterExpression Invocation = Expression.Parameter(typeof(FunctionInvocation), "invocation");
    private static readonly ParameterExpression Trigger = Expression.Parameter(typeof(object), "trigger");
    private static readonly ParameterExpression Cancel = Expression.Parameter(typeof(CancellationToken), "cancel");

    private static readonly MethodInfo GetService =
        typeof(ServiceProviderServiceExtensions).GetMethod(nameof(ServiceProviderServiceExtensions.GetRequiredService), [typeof(IServiceProvider), typeof(Type)])!;

    public FunctionCall Compile(FunctionEntry function)
    {
        var method = function.Method;
        var target = method.IsStatic ? null : Construct(method.DeclaringType!, function.Trigger is HttpTriggerAttribute);
        var call = Expression.Call(target, method, method.GetParameters().Select(parameter => Argument(function, parameter)));
        return Expression.Lambda<FunctionCall>(Returned(call), Http, Invocation, Trigger, Cancel).Compile();
    }

    private NewExpression Construct(Type type, bool isHttp)
    {
        var constructors = type.GetConstructors();
        if (constructors.Length != 1) throw new InvalidOperationException($"{type} needs exactly one public constructor.");
        Expression services = isHttp
            ? Expression.Property(Http, nameof(HttpContext.RequestServices))
            : Expression.Property(Invocation, nameof(FunctionContext.InstanceServices));
        return Expression.New(constructors[0], constructors[0].GetParameters().Select(parameter => Dependency(parameter.ParameterType, services)));
    }

    private Expression Dependency(Type type, Expression services)
    {
        if (type == typeof(IServiceProvider)) return services;
        return lifetimes.IsSingleton(type)
            ? Expression.Constant(root.GetRequiredService(type), type)
            : Expression.Convert(Expression.Call(GetService, services, Expression.Constant(type)), type);
    }

    private static Expression Argument(FunctionEntry function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(CancellationToken)) return Cancel;
        if (type == typeof(FunctionContext)) return Expression.Convert(Invocation, typeof(FunctionContext));
        if (type == typeof(HttpRequest) && parameter == function.TriggerParameter) return Expression.Property(Http, nameof(HttpContext.Request));
        return parameter == function.TriggerParameter ? Expression.Convert(Trigger, type) : RouteValue.Expression(Http, parameter);
    }

    private static Expression Returned(MethodCallExpression call)
    {
        if (call.Type == typeof(void)) return Expression.Block(call, Expression.Constant(null));
        var isValueTask = call.Type == typeof(ValueTask) || (call.Type.IsGenericType && call.Type.GetGenericTypeDefinition() == typeof(ValueTask<>));
        return Expression.Convert(isValueTask ? Expression.Call(call, nameof(ValueTask.AsTask), null) : call, typeof(object));
    }
}
