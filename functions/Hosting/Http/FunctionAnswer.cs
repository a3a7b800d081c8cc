using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Serverless.Hosting.Http;

/// <summary>Writes what a function returned to the response; chosen once per function by its return type.</summary>
internal static class FunctionAnswer
{
    public static Func<object?, HttpContext, Task> For(Type returned)
    {
        if (returned == typeof(void)) return static (_, _) => Task.CompletedTask;
        if (returned == typeof(Task) || returned == typeof(ValueTask)) return static (task, _) => (Task)task!;
        if (returned.IsGenericType && (returned.GetGenericTypeDefinition() == typeof(Task<>) || returned.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return Closed(nameof(AwaitAsync), returned.GetGenericArguments()[0]);
        return Closed(nameof(WriteBoxedAsync), returned);
    }

    private static Func<object?, HttpContext, Task> Closed(string name, Type type) =>
        typeof(FunctionAnswer).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Func<object?, HttpContext, Task>>();

    private static async Task AwaitAsync<T>(object? task, HttpContext http) => await WriteAsync(await (Task<T>)task!, http);

    private static Task WriteBoxedAsync<T>(object? value, HttpContext http) => WriteAsync((T?)value, http);

    private static Task WriteAsync<T>(T? value, HttpContext http) => value switch
    {
        IResult result => result.ExecuteAsync(http),
        null => Task.CompletedTask,
        string text => http.Response.WriteAsync(text, http.RequestAborted),
        _ => http.Response.WriteAsJsonAsync(value, value.GetType(), http.RequestAborted),
    };
}
