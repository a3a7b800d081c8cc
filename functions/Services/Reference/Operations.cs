using Serverless.Services.Inference.Health;
using Serverless.Services.Inference.OpenInference;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Monitoring.Baselines;
using Serverless.Services.Monitoring.Findings;
using Serverless.Services.Monitoring.Reports;
using Serverless.Services.Monitoring.SageMaker;
using Serverless.Services.Monitoring.Scans;
using Serverless.Services.Predictions;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Keys;
using Serverless.Services.Registry.Webhooks;
using Serverless.Services.Rollout;
using Serverless.Services.Rollout.Validation;

namespace Serverless.Services.Reference;

/// <summary>What every HTTP function takes and gives, by its name: what its route and its class do not say.</summary>
internal static class Operations
{
    private static readonly Form Onnx = Form.File("application/octet-stream");
    private static readonly Form Csv = Form.File("text/csv");
    private static readonly Form Parquet = Form.File("application/vnd.apache.parquet");
    private static readonly Form Arrow = Form.File("application/vnd.apache.arrow.stream");
    private static readonly Form Yaml = Form.File("application/yaml");
    private static readonly Form Html = Form.File("text/html");
    private static readonly Form Schema = new("application/schema+json", null, "JsonDocument");
    private static readonly Form Policy = Form.Json("Policy");
    private static readonly Form Document = Form.Json("JsonDocument");
    private static readonly Form Tensors = Form.File("application/octet-stream");

    private static readonly Parameter[] Pages =
    [
        new("pageSize", "Items of a page, 1 to 1,000; 100 without it.", "integer"),
        new("pageToken", "What the page before gave as `nextPageToken`."),
    ];

    private static readonly Parameter[] Range = [Time("from", "From when on."), Time("to", "Until when.")];

    private static readonly Parameter[] Matching = [new("If-Match", "The ETag that was read: 412 when it has changed. Without it the last writer wins.", InHeader: true)];

    private static readonly Parameter[] Fresh = [new("If-None-Match", "The ETag that is known: 304 when it still holds.", InHeader: true)];

    private static readonly Parameter[] Routed =
    [
        new("x-routing-key", "Whose requests go the same way while traffic is split.", InHeader: true),
        new("x-correlation-id", "Kept with the prediction.", InHeader: true),
    ];

    private static readonly Parameter[] Columns =
    [
        new("label", "The column of the truth."), new("prediction", "Columns of predictions: `column:output`, with commas between."), new("segments", "Columns that rows are told apart by."),
        new("time", "The column of the time."), new("ignore", "Columns that are left out."), new("types", "Types that are stated: `age:numeric,zip:categorical`."),
    ];

    private static readonly Parameter Version = new("version", "A version's number or an alias; the champion without it.");

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Operation> All { get; } = Registry().Concat(Serving()).Concat(Truth()).Concat(Watching()).Concat(Rollouts()).ToDictionary();

    private static Dictionary<string, Operation> Registry() => new()
    {
        ["PutModel"] = Json(RegistryJson.Default.ModelResponse).And(201, RegistryJson.Default.ModelResponse).Taking(RegistryJson.Default.ModelRequest).With(Matching),
        ["ListModels"] = Json(RegistryJson.Default.PageModelResponse).With(new("tag", "Models that have it: `key:value`; may stand several times."), new("q", "Models whose name or description has it.")).With(Pages),
        ["GetModel"] = Json(RegistryJson.Default.ModelResponse).And(304).With(Fresh),
        ["ArchiveModel"] = Json(RegistryJson.Default.ModelResponse).MayTake(RegistryJson.Default.ReasonRequest).With(Matching),
        ["RestoreModel"] = Json(RegistryJson.Default.ModelResponse).MayTake(RegistryJson.Default.ReasonRequest).With(Matching),
        ["RegisterVersion"] = Json(RegistryJson.Default.VersionResponse).And(201, RegistryJson.Default.VersionResponse).Taking(Onnx, new("multipart/form-data", null, "VersionForm"), RegistryJson.Default.VersionRequest)
            .Noting("The same bytes with the same metadata are answered with the version that they are; with other metadata they are refused with 409."),
        ["OpenUpload"] = Gives(201, RegistryJson.Default.UploadResponse),
        ["ListVersions"] = Json(RegistryJson.Default.PageVersionResponse).With(Pages),
        ["GetVersion"] = Json(RegistryJson.Default.VersionResponse).And(304).With(Fresh),
        ["EditVersion"] = Json(RegistryJson.Default.VersionResponse).Taking(RegistryJson.Default.VersionEdit).With(Matching),
        ["ArchiveVersion"] = Json(RegistryJson.Default.VersionResponse).MayTake(RegistryJson.Default.ReasonRequest).With(Matching),
        ["RestoreVersion"] = Json(RegistryJson.Default.VersionResponse).MayTake(RegistryJson.Default.ReasonRequest).With(Matching),
        ["GetArtifact"] = Json(Onnx).And(206, Onnx).And(304).With(Fresh).With(new Parameter("Range", "A part of the file.", InHeader: true)),
        ["GetCard"] = Json(Form.File("text/markdown"), RegistryJson.Default.CardResponse),
        ["PutAlias"] = Json(RegistryJson.Default.AliasResponse).Taking(RegistryJson.Default.AliasRequest).With(Matching).Noting("Pointing `champion` needs the role approve."),
        ["GetAlias"] = Json(RegistryJson.Default.AliasResponse).And(304).With(Fresh),
        ["DeleteAlias"] = Gives(204).With(new Parameter("reason", "Why; kept in the audit trail.")).With(Matching).Noting("Removing `champion` needs the role approve."),
        ["GetPolicy"] = Json(Policy, Yaml).And(304).With(Fresh),
        ["PutPolicy"] = Json(Policy, Yaml).Taking(Policy, Yaml).With(Matching),
        ["ListPolicyVersions"] = Json(RegistryJson.Default.PagePolicyVersionResponse).With(Pages),
        ["GetPolicyVersion"] = Json(RegistryJson.Default.PolicyVersionResponse),
        ["GetPolicySchema"] = Gives(200, Schema),
        ["GetEventSchema"] = Gives(200, Schema),
        ["GetModelAudit"] = Json(RegistryJson.Default.PageAuditEntryResponse).With(Pages),
        ["GetAudit"] = Json(RegistryJson.Default.PageAuditEntryResponse).With(Pages),
        ["VerifyAudit"] = Json(RegistryJson.Default.AuditVerdict).With(new Parameter("model", "One model's chain alone.")),
        ["PutKey"] = Gives(201, KeyJson.Default.KeyResponse).Taking(KeyJson.Default.KeyRequest),
        ["ListKeys"] = Json(KeyJson.Default.KeyList),
        ["DeleteKey"] = Gives(204),
        ["PutWebhook"] = Json(WebhookWireJson.Default.WebhookResponse).And(201, WebhookWireJson.Default.WebhookResponse).Taking(WebhookWireJson.Default.WebhookRequest).With(Matching),
        ["GetWebhook"] = Json(WebhookWireJson.Default.WebhookResponse).And(304).With(Fresh),
        ["ListWebhooks"] = Json(WebhookWireJson.Default.PageWebhookResponse).With(Pages),
        ["DeleteWebhook"] = Gives(204).With(Matching),
        ["ListDeliveries"] = Json(AlertWireJson.Default.PageWebhookDelivery).With(Pages),
        ["GetOpenApi"] = Json(Document),
        ["GetReference"] = Gives(200, Html),
        ["GetMetrics"] = Json(Form.File("text/plain")),
        ["GetCompatibleMetrics"] = Json(Form.File("text/plain")),
    };

    private static Dictionary<string, Operation> Serving() => new()
    {
        ["GetHealth"] = Json(HealthJson.Default.Health).And(503, HealthJson.Default.Health),
        ["GetServer"] = Json(OpenInferenceJson.Default.ServerMetadata),
        ["GetServerLive"] = Json(OpenInferenceJson.Default.ServerLive),
        ["GetServerReady"] = Json(OpenInferenceJson.Default.ServerReady),
        ["ListServedModels"] = Json(OpenInferenceJson.Default.ModelList),
        ["IndexRepository"] = Json(OpenInferenceJson.Default.IReadOnlyListIndexEntry).MayTake(OpenInferenceJson.Default.IndexRequest),
        ["GetServedModel"] = Json(OpenInferenceJson.Default.ModelMetadata),
        ["GetServedVersion"] = Json(OpenInferenceJson.Default.ModelMetadata),
        ["GetModelReady"] = Json(OpenInferenceJson.Default.ModelReady),
        ["GetVersionReady"] = Json(OpenInferenceJson.Default.ModelReady),
        ["Infer"] = Inference(),
        ["InferVersion"] = Inference(),
        ["ListV1Models"] = Json(OpenInferenceJson.Default.ModelList),
        ["GetV1Model"] = Json(OpenInferenceJson.Default.ModelReady),
        ["PredictV1"] = Json(Form.Json("KServeAnswer")).Taking(Form.Json("KServeRequest")).With(Version).With(Routed),
        ["ExplainV1"] = new Operation().Noting("Answers 501: explaining is not built."),
        ["Predict"] = Json(Form.Json("RowsAnswer")).Taking(Form.Json("RowsRequest")).With(Version).With(Routed),
        ["Invoke"] = Json(Form.Json("MLflowAnswer")).Taking(Form.Json("MLflowRequest"), Csv).With(Version).With(Routed) with { SpeaksMLflow = true },
    };

    private static Dictionary<string, Operation> Truth() => new()
    {
        ["PostLabels"] = Json(TruthJson.Default.TruthAnswer).Taking(Form.Json("LabelsRequest"), Csv),
        ["PostOutcomes"] = Json(TruthJson.Default.TruthAnswer).Taking(Form.Json("OutcomesRequest"), Csv),
        ["RequestErasure"] = Gives(202, ErasureJson.Default.ErasureResponse).Taking(ErasureJson.Default.ErasureRequest),
        ["GetErasure"] = Json(ErasureJson.Default.ErasureResponse),
        ["ReadPredictions"] = Gives(200, Form.File("application/x-ndjson"), Csv, Arrow).With(
            new("id", "Predictions by their ids, at most 100, with commas between."), Time("from", "From when on; a day before `to` without it."), Time("to", "Until when; now without it."),
            new("version", "Of this version.", "integer"), new("route", "Of this variant."), new("status", "With this status.", "integer"), new("columns", "Which columns, in which order."),
            new("labels", "With their labels beside them.", "boolean"), new("outcomes", "With these outcomes beside them, at most 16."),
            new("pageSize", "Rows of a page, 1 to 10,000; 100 without it.", "integer"), Pages[1]),
    };

    private static Dictionary<string, Operation> Watching() => new()
    {
        ["PutBaseline"] = Json(BaselineJson.Default.Baseline).And(201, BaselineJson.Default.Baseline).Taking(Csv, Parquet, Arrow, BaselineWire.Default.BaselineWindow).With(Columns),
        ["GetBaseline"] = Json(BaselineJson.Default.Baseline).And(304).With(Fresh),
        ["PutSageMakerStatistics"] = Json(BaselineJson.Default.Baseline).And(201, BaselineJson.Default.Baseline).Taking(SageMakerJson.Default.StatisticsWire).With(Columns[..^1]),
        ["PutSageMakerConstraints"] = Json(Policy).Taking(SageMakerJson.Default.ConstraintsWire).With(Matching),
        ["GetSageMakerStatistics"] = Json(SageMakerJson.Default.StatisticsWire),
        ["GetSageMakerConstraints"] = Json(SageMakerJson.Default.ConstraintsWire),
        ["GetSageMakerViolations"] = Json(SageMakerJson.Default.ViolationsWire),
        ["RequestScan"] = Gives(202, ScanJson.Default.ScanAnswer).MayTake(ScanJson.Default.ScanOrder),
        ["GetScan"] = Json(ScanJson.Default.ScanAnswer),
        ["ListFindings"] = Json(FindingWire.Default.PageFindingItem).With(new("monitor", "Of this monitor."), new("verdict", "With this verdict.")).With(Range).With(Pages),
        ["GetFinding"] = Json(FindingJson.Default.Finding),
        ["GetReport"] = Json(Html, ReportWire.Default.Report),
        ["GetSeries"] = Json(Form.Json("SeriesAnswer")).With(new("name", "`monitor/subject/check`, or with a segment after it; without it, which series there are."), new("monitor", "Series of this monitor.")).With(Range),
        ["ListAlerts"] = Json(AlertWireJson.Default.PageAlertState).With(new("state", "`open` (without it), `all`, or states with commas between."), new("model", "Of this model.")).With(Pages),
        ["GetAlert"] = Json(AlertWireJson.Default.AlertResponse).And(304).With(Fresh),
        ["AcknowledgeAlert"] = Json(AlertWireJson.Default.AlertResponse).MayTake(AlertWireJson.Default.AcknowledgeRequest),
        ["SilenceAlert"] = Gives(201, AlertWireJson.Default.SilenceResponse).Taking(AlertWireJson.Default.AlertSilenceRequest),
        ["ListSilences"] = Json(AlertWireJson.Default.PageSilenceResponse).With(Pages),
        ["GetSilence"] = Json(AlertWireJson.Default.SilenceResponse).And(304).With(Fresh),
        ["PutSilence"] = Json(AlertWireJson.Default.SilenceResponse).And(201, AlertWireJson.Default.SilenceResponse).Taking(AlertWireJson.Default.SilenceRequest).With(Matching),
        ["DeleteSilence"] = Gives(204).With(Matching),
    };

    private static Dictionary<string, Operation> Rollouts() => new()
    {
        ["StartRollout"] = Gives(202, RolloutJson.Default.RolloutResponse).Taking(RolloutJson.Default.RolloutRequest),
        ["ListRollouts"] = Json(RolloutJson.Default.PageRolloutResponse).With(Pages),
        ["GetRollout"] = Json(RolloutJson.Default.RolloutResponse),
        ["ActOnRollout"] = Json(RolloutJson.Default.RolloutResponse).MayTake(RolloutJson.Default.ReasonRequest),
        ["RollBack"] = Json(RolloutJson.Default.RolloutResponse).MayTake(RolloutJson.Default.ReasonRequest),
        ["ListDecisions"] = Json(RolloutJson.Default.PageDecisionResponse).With(Pages),
        ["GetDecision"] = Json(RolloutJson.Default.DecisionResponse, Form.File("text/plain")),
        ["PostVerdict"] = Json(RolloutJson.Default.RolloutResponse).Taking(RolloutJson.Default.ExternalVerdict).With(
            new("webhook-id", "The message's id; each is taken once.", InHeader: true), new("webhook-timestamp", "Seconds since 1970, at most five minutes off.", InHeader: true),
            new("webhook-signature", "`v1,` and the Base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.", InHeader: true)),
        ["PutEvaluation"] = Json(EvaluationJson.Default.EvaluationRecord).Taking(Csv, Parquet, Arrow, EvaluationJson.Default.EvaluationCut).With(
            new("label", "The column of the truth; needed with a table."), new("positive", "Which label is the positive one."), new("sensitive", "Columns of groups that are to be treated alike."), new("slices", "Columns that rows are told apart by.")),
        ["GetEvaluation"] = Json(EvaluationJson.Default.EvaluationRecord),
        ["EvaluatePolicy"] = Json(RolloutJson.Default.PolicyRehearsal).Taking(Policy, Yaml),
    };

    private static Operation Inference() => Json(Form.Json("InferenceResponse"), Tensors).Taking(Form.Json("InferenceRequest"), Tensors)
        .With(new Parameter("Inference-Header-Content-Length", "Bytes of JSON before the binary tensors.", "integer", InHeader: true)).With(Routed);

    private static Operation Json(params Form[] forms) => Gives(200, forms);

    private static Operation Gives(int status, params Form[] forms) => new Operation().And(status, forms);

    private static Parameter Time(string name, string words) => new(name, words, Format: "date-time");
}
