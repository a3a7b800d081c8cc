using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Serverless.Hosting.Settings;

/// <summary><c>%Setting%</c> in a trigger's text stands for a setting's value.</summary>
internal static partial class SettingNames
{
    public static string Resolve(string text, IConfiguration settings, string function) =>
        Placeholder().Replace(text, found => settings[found.Groups[1].Value]
            ?? throw new InvalidOperationException($"{function}: the setting '{found.Groups[1].Value}' of '{text}' is not there."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
