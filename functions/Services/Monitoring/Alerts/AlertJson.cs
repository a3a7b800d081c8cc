using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Services.Http;
using Serverless.Services.Registry;

namespace Serverless.Services.Monitoring.Alerts;

/// <summary>The form in which alerts are kept and told: members are only added.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    Converters = [typeof(CamelCaseEnum<AlertStatus>), typeof(CamelCaseEnum<AlertCause>), typeof(CamelCaseEnum<AlertSeverity>), typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<FindingVerdict>), typeof(CamelCaseEnum<TrailMark>),
        typeof(CamelCaseEnum<SignalState>), typeof(CamelCaseEnum<DeploymentVerdict>)])]
[JsonSerializable(typeof(AlertTrack))]
[JsonSerializable(typeof(AlertState))]
[JsonSerializable(typeof(AlertNotice))]
[JsonSerializable(typeof(Silence))]
[JsonSerializable(typeof(ReleaseMessage))]
[JsonSerializable(typeof(DeliveryMessage))]
public sealed partial class AlertStoredJson : JsonSerializerContext;

/// <summary>Alerts and silences as callers see them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(CamelCaseEnum<AlertStatus>), typeof(CamelCaseEnum<AlertCause>), typeof(CamelCaseEnum<AlertSeverity>), typeof(CamelCaseEnum<Signal>), typeof(CamelCaseEnum<FindingVerdict>),
        typeof(CamelCaseEnum<SignalState>), typeof(CamelCaseEnum<DeploymentVerdict>), typeof(CamelCaseEnum<DeliveryStatus>)])]
[JsonSerializable(typeof(AlertResponse))]
[JsonSerializable(typeof(Page<AlertState>))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(AlertSilenceRequest))]
[JsonSerializable(typeof(SilenceRequest))]
[JsonSerializable(typeof(SilenceResponse))]
[JsonSerializable(typeof(Page<SilenceResponse>))]
[JsonSerializable(typeof(Page<WebhookDelivery>))]
public sealed partial class AlertWireJson : JsonSerializerContext;
