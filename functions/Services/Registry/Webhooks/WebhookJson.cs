using System.Text.Json.Serialization;
using Serverless.Core.Monitoring;
using Serverless.Services.Http;

namespace Serverless.Services.Registry.Webhooks;

/// <summary>The form in which webhooks are kept: members are only added.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<AlertSeverity>), typeof(CamelCaseEnum<WebhookFormat>)])]
[JsonSerializable(typeof(Webhook))]
public sealed partial class WebhookStoredJson : JsonSerializerContext;

/// <summary>Webhooks as callers see them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(CamelCaseEnum<AlertSeverity>), typeof(CamelCaseEnum<WebhookFormat>)])]
[JsonSerializable(typeof(WebhookRequest))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(Page<WebhookResponse>))]
public sealed partial class WebhookWireJson : JsonSerializerContext;
