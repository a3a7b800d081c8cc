using Serverless.Core.Registry;

namespace Serverless.Services.Predictions;

/// <summary>Which statements.</summary>
/// <param name="Kind">Labels or outcomes.</param>
/// <param name="Model">The model.</param>
/// <param name="From">The earliest time of the predictions that they are about.</param>
/// <param name="To">The time before which those were made.</param>
public sealed record TruthQuery(TruthKind Kind, ModelName Model, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Only the outcomes of this name.</summary>
    public string? Name { get; init; }

    /// <summary>Every statement, not only the last about each prediction (and name).</summary>
    public bool History { get; init; }

    internal bool Wants(in TruthRow row) => (Name is null || row.Name == Name) && row.Id.Time >= From && row.Id.Time < To;
}
