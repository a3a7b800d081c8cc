using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using Serverless.Core.Access;

namespace Serverless.App.Access;

/// <summary>The one table {function → roles}: any of the roles named will do, and <see cref="Role.Admin"/> always. A function without a row is Admin's.</summary>
public static class RoleTable
{
    private const Role Reader = Role.Predict | Role.Read;

    private static readonly FrozenDictionary<string, Role> Rows = new Dictionary<string, Role>
    {
        ["PutModel"] = Role.Contribute,
        ["ListModels"] = Reader,
        ["GetModel"] = Reader,
        ["ArchiveModel"] = Role.Contribute,
        ["RestoreModel"] = Role.Contribute,
        ["RegisterVersion"] = Role.Contribute,
        ["OpenUpload"] = Role.Contribute,
        ["ListVersions"] = Reader,
        ["GetVersion"] = Reader,
        ["EditVersion"] = Role.Contribute,
        ["ArchiveVersion"] = Role.Contribute,
        ["RestoreVersion"] = Role.Contribute,
        ["GetArtifact"] = Role.Contribute | Role.Read,
        ["GetCard"] = Reader,
        ["PutAlias"] = Role.Approve | Role.Contribute,
        ["GetAlias"] = Reader,
        ["DeleteAlias"] = Role.Approve | Role.Contribute,
        ["GetPolicy"] = Role.Contribute | Role.Read,
        ["PutPolicy"] = Role.Contribute,
        ["ListPolicyVersions"] = Role.Contribute | Role.Read,
        ["GetPolicyVersion"] = Role.Contribute | Role.Read,
        ["GetPolicySchema"] = Role.Open,
        ["GetEventSchema"] = Role.Open,
        ["GetOpenApi"] = Role.Open,
        ["GetReference"] = Role.Open,
        ["GetModelAudit"] = Role.Read,
        ["GetAudit"] = Role.Read,
        ["VerifyAudit"] = Role.Read,
        ["PutKey"] = Role.Admin,
        ["ListKeys"] = Role.Admin,
        ["DeleteKey"] = Role.Admin,
        ["ReadPredictions"] = Role.Contribute,
        ["RequestErasure"] = Role.Admin,
        ["GetErasure"] = Role.Admin,
        ["PutBaseline"] = Role.Contribute,
        ["GetBaseline"] = Role.Contribute,
        ["PutSageMakerStatistics"] = Role.Contribute,
        ["PutSageMakerConstraints"] = Role.Contribute,
        ["GetSageMakerStatistics"] = Reader | Role.Contribute,
        ["GetSageMakerConstraints"] = Reader | Role.Contribute,
        ["GetSageMakerViolations"] = Reader,
        ["RequestScan"] = Role.Contribute,
        ["GetScan"] = Role.Contribute,
        ["ListFindings"] = Reader,
        ["GetFinding"] = Reader,
        ["GetReport"] = Reader,
        ["GetSeries"] = Reader,
        ["GetHealth"] = Role.Open,
        ["GetMetrics"] = Role.Read,
        ["GetCompatibleMetrics"] = Role.Read,
        ["GetServer"] = Reader,
        ["GetServerLive"] = Role.Open,
        ["GetServerReady"] = Role.Open,
        ["ListServedModels"] = Reader,
        ["IndexRepository"] = Reader,
        ["GetServedModel"] = Reader,
        ["GetServedVersion"] = Reader,
        ["GetModelReady"] = Reader,
        ["GetVersionReady"] = Reader,
        ["Infer"] = Role.Predict,
        ["InferVersion"] = Role.Predict,
        ["ListV1Models"] = Reader,
        ["GetV1Model"] = Reader,
        ["PredictV1"] = Role.Predict,
        ["ExplainV1"] = Role.Predict,
        ["Predict"] = Role.Predict,
        ["Invoke"] = Role.Predict,
        ["PostLabels"] = Role.Predict,
        ["PostOutcomes"] = Role.Predict,
        ["StartRollout"] = Role.Contribute,
        ["ListRollouts"] = Reader,
        ["GetRollout"] = Reader,
        ["ActOnRollout"] = Role.Approve,
        ["RollBack"] = Role.Approve,
        ["ListDecisions"] = Reader,
        ["GetDecision"] = Reader,
        ["PostVerdict"] = Role.Approve,
        ["PutEvaluation"] = Role.Contribute,
        ["GetEvaluation"] = Role.Contribute | Role.Read,
        ["EvaluatePolicy"] = Role.Contribute,
        ["ListAlerts"] = Reader,
        ["GetAlert"] = Reader,
        ["AcknowledgeAlert"] = Role.Contribute,
        ["SilenceAlert"] = Role.Contribute,
        ["ListSilences"] = Reader | Role.Contribute,
        ["GetSilence"] = Reader | Role.Contribute,
        ["PutSilence"] = Role.Contribute,
        ["DeleteSilence"] = Role.Contribute,
        ["ListWebhooks"] = Role.Admin,
        ["GetWebhook"] = Role.Admin,
        ["PutWebhook"] = Role.Admin,
        ["DeleteWebhook"] = Role.Admin,
        ["ListDeliveries"] = Role.Admin,
    }.ToFrozenDictionary();

    /// <summary>Every function that has a row.</summary>
    public static IReadOnlyCollection<string> Functions => Rows.Keys;

    /// <summary>What a call needs. Who moves <c>champion</c> approves; any other alias is a contributor's.</summary>
    public static Role Needed(string function, RouteValueDictionary route)
    {
        var needed = Rows.GetValueOrDefault(function, Role.Admin);
        return needed.HasFlag(Role.Approve) && needed.HasFlag(Role.Contribute)
            ? route["alias"] as string == "champion" ? Role.Approve : Role.Contribute
            : needed;
    }
}
