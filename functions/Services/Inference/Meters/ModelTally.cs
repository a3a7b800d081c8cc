using Serverless.Services.Telemetry;

namespace Serverless.Services.Inference.Meters;

/// <summary>What one model counts, whichever version answers.</summary>
internal sealed class ModelTally(string name)
{
    private readonly StripedCounts inFlight = new(1);

    /// <summary>The model's name as it stands in labels.</summary>
    public string Name { get; } = name;

    /// <summary>Its label, for OpenTelemetry.</summary>
    public KeyValuePair<string, object?>[] Tags { get; } = [new("model", name)];

    /// <summary>The model as it is served now, asked for how many requests wait; null before the first one.</summary>
    public ServableModel? Served { get; set; }

    /// <summary>Requests that have come and have not ended.</summary>
    public long InFlight => inFlight[0];

    /// <summary>A request comes.</summary>
    public void Enter() => inFlight.Here.Increment(0);

    /// <summary>A request ends.</summary>
    public void Leave() => inFlight.Here.Add(0, -1);
}
