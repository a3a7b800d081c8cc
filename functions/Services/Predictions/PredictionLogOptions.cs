using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Serverless.Services.Predictions;

/// <summary>How this instance writes, compacts and reads the prediction log.</summary>
public sealed class PredictionLogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "PredictionLog";

    /// <summary>The most memory, in bytes, that rows on their way to storage take in this instance.</summary>
    [Range(1 << 20, 1L << 36)]
    public long MaximumBytes { get; set; } = 64L << 20;

    /// <summary>Blocks after which a writer begins a new blob. An append blob ends at 50,000.</summary>
    [Range(1, 49_000)]
    public int MaximumBlocks { get; set; } = 40_000;

    /// <summary>The longest wait between two tries to store a block.</summary>
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its end an hour is compacted: late enough that its last blocks have come.</summary>
    public TimeSpan CompactAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long blocks that were compacted stay, for readers that had listed them before.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromHours(6);

    /// <summary>The folder for the counts that survive a killed process; null for the machine's temporary folder.</summary>
    public string? LedgerFolder { get; set; }

    /// <summary>The key, in Base64, of the hashes that a policy's <c>hash</c> rules ask for. Without it the key follows from the storage account's name: equal values stay equal, but whoever knows the name can try values.</summary>
    [Base64String]
    public string? HashKey { get; set; }

    /// <summary>How much longer than rows may wait for storage an erasure does, so that it finds them.</summary>
    public TimeSpan ErasureDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a large tensor was put an erasure leaves it alone, for a row that refers to it may be on its way. Shorter than the default only where nothing is logged meanwhile.</summary>
    public TimeSpan TensorsHeld { get; set; } = TensorBlobs.Held;

    /// <summary>The key in force: the same in every instance and after every start, so that equal values stay equal; a secret only where one is configured.</summary>
    internal byte[] HashKeyFor(string account) => HashKey is { } key
        ? Convert.FromBase64String(key)
        : SHA256.HashData(Encoding.UTF8.GetBytes($"prediction-log {account}"));
}

/// <summary>Checks the options at start.</summary>
[OptionsValidator]
public sealed partial class PredictionLogOptionsValidator : IValidateOptions<PredictionLogOptions>;
