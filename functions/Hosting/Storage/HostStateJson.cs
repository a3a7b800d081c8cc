using System.Text.Json.Serialization;
using Serverless.Hosting.Events;
using Serverless.Hosting.Keys;
using Serverless.Hosting.Timers;

namespace Serverless.Hosting.Storage;

/// <summary>What the host keeps, in the Functions host's own casing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HostSecrets))]
[JsonSerializable(typeof(FunctionSecrets))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(TimerState))]
internal sealed partial class HostStateJson : JsonSerializerContext;
