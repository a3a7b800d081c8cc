using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Events.Webhooks;

/// <summary>How webhooks are called.</summary>
public sealed class WebhooksOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Webhooks";

    /// <summary>Whether webhooks may lead to private addresses and use plain http: for development, and where all who manage webhooks may reach the network that the suite is in.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>The only hosts that webhooks may lead to, separated by semicolons; <c>*.example.com</c> is every host below that name. Empty: any public one.</summary>
    public string AllowedHosts { get; set; } = "";

    /// <summary>The key, in Base64, that webhooks' secrets are encrypted under in storage. Without it the key follows from the storage account's name, which keeps them from eyes but not from whoever knows how.</summary>
    [Base64String]
    public string? SecretKey { get; set; }

    /// <summary>How long a receiver may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a delivery is tried.</summary>
    [Range(1, 50)]
    public int Attempts { get; set; } = 12;

    /// <summary>The wait after the first failure; it triples with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "6.00:00:00")]
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Whether webhooks may lead to a host.</summary>
    public bool Allows(string host)
    {
        var name = host.TrimEnd('.');
        var allowed = AllowedHosts.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return allowed.Length == 0 || allowed.Any(one => one.StartsWith("*.", StringComparison.Ordinal)
            ? name.EndsWith(one[1..], StringComparison.OrdinalIgnoreCase) && name.Length > one.Length - 1
            : name.Equals(one, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The wait after a failed try, without jitter.</summary>
    public TimeSpan DelayAfter(int attempt)
    {
        var wait = FirstDelay * Math.Pow(3, Math.Min(attempt - 1, 20));
        return wait < LongestDelay ? wait : LongestDelay;
    }
}

/// <summary>Checks the options at start.</summary>
[OptionsValidator]
public sealed partial class WebhooksOptionsValidator : IValidateOptions<WebhooksOptions>;
