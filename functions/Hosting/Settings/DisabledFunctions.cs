using Microsoft.Extensions.Configuration;
using Serverless.Hosting.Functions;

namespace Serverless.Hosting.Settings;

/// <summary>
/// The functions whose triggers the settings switch off, named as for the Functions host: <c>AzureWebJobs.{name}.Disabled</c>, or with underscores where a name may have
/// no dots, is <c>true</c> or <c>1</c>.
/// </summary>
internal sealed class DisabledFunctions(IConfiguration settings)
{
    public bool Has(FunctionEntry function) => IsOn($"AzureWebJobs.{function.Name}.Disabled") || IsOn($"AzureWebJobs_{function.Name}_Disabled");

    private bool IsOn(string setting) => settings[setting] is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase));
}
