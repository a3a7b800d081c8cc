using System.Text.Json.Serialization;

namespace Serverless.Services.Predictions;

/// <summary>What became of a document's items: accepted, duplicates and rejected are all of them.</summary>
/// <param name="Accepted">Stored now.</param>
/// <param name="Duplicates">Known already: not stored again.</param>
/// <param name="Unknown">Of those accepted, how many wait for a prediction that the log does not have yet.</param>
/// <param name="Rejected">Not stored, and why.</param>
public sealed record TruthAnswer(int Accepted, int Duplicates, int Unknown, IReadOnlyList<RejectedItem> Rejected);

/// <summary>An item that was not taken.</summary>
/// <param name="Index">Its place in the document, from 0.</param>
/// <param name="Id">Its id as it was sent; null when there was none.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RejectedItem(int Index, string? Id, string Reason);

/// <summary>The room's records as callers see them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TruthAnswer))]
public sealed partial class TruthJson : JsonSerializerContext;
