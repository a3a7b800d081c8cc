using Microsoft.ML.OnnxRuntime;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Rollout;
using Serverless.Services.Inference.Rows;
using Serverless.Services.Registry;

namespace Serverless.Services.Rollout.Validation;

/// <summary>What is asked of a candidate before it sees traffic. It is tried in sessions of its own, never in those that serve; what cannot be known is left out.</summary>
/// <param name="models">What versions there are.</param>
/// <param name="files">Their bytes.</param>
/// <param name="sets">Rows whose truth is known.</param>
/// <param name="clock">Measures.</param>
public sealed class OfflineEvidence(ModelSnapshots models, ArtifactFiles files, EvaluationSets sets, TimeProvider clock)
{
    internal const string Source = "validation";

    private const double LeastConfidence = 0.95;

    /// <summary>Tries the candidate, beside the champion where there is one.</summary>
    public async Task<Evidence> GatherAsync(RolloutState state, RolloutPolicy policy, CancellationToken cancel)
    {
        if (await models.GetAsync(ModelName.Parse(state.Model), cancel) is not { } model || !model.Versions.TryGetValue(state.Version, out var version)) return Evidence.Empty;
        var figures = new Dictionary<string, Figure>();
        var former = state.Champion is { } number ? model.Versions.GetValueOrDefault(number) : null;
        if (former is not null) figures["signature.compatible"] = Flag(Signatures.AreCompatible(former, version));
        if (Signatures.KeepsContract(version, model.Policy.Monitoring) is { } keeps) figures["contract.compatible"] = Flag(keeps);
        using var champion = former is null ? null : await TryAsync(model, former, cancel);
        try
        {
            using var candidate = await Trial.LoadAsync(version, model.Policy.Serving.Runtime, await files.GetAsync(version.Artifact, cancel));
            await CompareAsync(figures, model, candidate, champion, Confidence(policy), cancel);
            figures["trial.loaded"] = Flag(true);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or ProblemException)
        {
            figures["trial.loaded"] = Figure.Of(0, 1, $"{Source}: {failure.Message}");
        }

        return new(figures);
    }

    internal static Figure Flag(bool held) => Figure.Of(held ? 1 : 0, 1, Source);

    private static double Confidence(RolloutPolicy policy) => policy.Validation.InForce.Values.Where(gate => gate.Test is not null).Select(gate => gate.Test!.Confidence).Append(LeastConfidence).Max();

    // A champion that does not load any more is nothing to compare with, and no fault of the candidate's.
    private async Task<Trial?> TryAsync(ModelSnapshot model, ServableVersion version, CancellationToken cancel)
    {
        try
        {
            return await Trial.LoadAsync(version, model.Policy.Serving.Runtime, await files.GetAsync(version.Artifact, cancel));
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or ProblemException)
        {
            return null;
        }
    }

    private async Task CompareAsync(Dictionary<string, Figure> figures, ModelSnapshot model, Trial candidate, Trial? champion, double confidence, CancellationToken cancel)
    {
        figures["memory.bytes"] = Figure.Of(candidate.Bytes, 1, Source);
        if (champion is not null)
        {
            figures["champion.memory.bytes"] = Figure.Of(champion.Bytes, 1, Source);
            figures["memory.ratio"] = Figure.Of((double)candidate.Bytes / champion.Bytes, 1, Source);
        }

        var set = await sets.FindAsync(model.Name, cancel);
        var table = set is null ? null : await EvaluationTable.ReadAsync(await sets.OpenAsync(set, cancel), set.Rows, Wanted(set, candidate.Version, champion?.Version), cancel);
        // Rows that callers could not have sent tell nothing.
        table?.KeepWhole([.. new[] { candidate.Version, champion?.Version }.OfType<ServableVersion>().SelectMany(version => TableFeeder.Needed(version, model.Policy.Serving.Missing)).Distinct()]);
        using var rows = table is null ? null : TableFeeder.Of(candidate.Version, table);
        using var others = table is null || champion is null ? null : TableFeeder.Of(champion.Version, table);
        new SideBySide(clock).Measure(figures, (candidate, rows), champion is null ? null : (champion, others), cancel);
        if (rows is null) return;
        var answers = Answers.Of(candidate.Version, model.Task, candidate.Session, rows, cancel);
        Robustness.Add(figures, candidate, model, rows, answers, cancel);
        var former = others is null ? null : Answers.Of(champion!.Version, model.Task, champion.Session, others, cancel);
        new Comparison(figures, set!, table!, confidence).Add(answers, former, AnswerPlan.Of(candidate.Version, model.Task).Value >= 0, candidate.Version.ClassLabels);
    }

    private static HashSet<string> Wanted(EvaluationRecord set, ServableVersion candidate, ServableVersion? champion) =>
        [set.Label, .. set.Sensitive, .. set.Slices, .. TableFeeder.Columns(candidate) ?? [], .. champion is null ? [] : TableFeeder.Columns(champion) ?? []];
}
