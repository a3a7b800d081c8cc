using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Serverless.Hosting.Functions;

/// <summary>The application's functions, checked: what is wrong with any of them is said at once, at start.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, FunctionEntry> byName;

    private FunctionCatalog(List<FunctionEntry> entries)
    {
        Entries = entries;
        byName = entries.ToDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<FunctionEntry> Entries { get; }

    public FunctionEntry? Find(string name) => byName.GetValueOrDefault(name);

    public static FunctionCatalog From(IEnumerable<Type> types)
    {
        List<string> problems = [];
        List<FunctionEntry> entries = [];
        foreach (var type in types.Where(type => type is { IsClass: true, IsAbstract: false } or { IsAbstract: true, IsSealed: true }))
        {
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } function) continue;
                if (Read(function.Name, method, problems) is { } entry) entries.Add(entry);
            }
        }
        foreach (var twins in entries.GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            problems.Add($"{twins.Key}: the name is taken more than once ({string.Join(", ", twins.Select(twin => twin.EntryPoint))}).");
        Refuse(problems);
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new FunctionCatalog(entries);
    }

    /// <summary>Says everything that is wrong, if anything is.</summary>
    public static void Refuse(IReadOnlyCollection<string> problems)
    {
        if (problems.Count > 0) throw new InvalidOperationException("Functions that can't be served:" + string.Concat(problems.Select(problem => "\n  " + problem)));
    }

    private static FunctionEntry? Read(string name, MethodInfo method, List<string> problems)
    {
        var triggers = method.GetParameters()
            .Select(parameter => (Parameter: parameter, Trigger: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(found => found.Trigger is not null).ToList();
        if (triggers.Count != 1)
        {
            problems.Add($"{name}: one trigger is needed, {method.DeclaringType!.Name}.{method.Name} has {triggers.Count}.");
            return null;
        }
        var (parameter, trigger) = triggers[0];
        var retry = method.GetCustomAttribute<RetryAttribute>();
        if (retry is not null && trigger is not TimerTriggerAttribute)
            problems.Add($"{name}: retry attributes are for timers; queues and Event Grid have retries of their own (AZFW0012).");
        return new FunctionEntry(name, method, parameter, trigger!, retry);
    }
}
