using Serverless.Services.Storage;

namespace Serverless.Services.Predictions;

/// <summary>What kind of truth: each has a container of its own.</summary>
public enum TruthKind
{
    /// <summary>What the prediction should have been: one value a prediction.</summary>
    Labels,
    /// <summary>What came of it: a value for each name that the caller gives.</summary>
    Outcomes,
}

/// <summary>The columns of the two containers.</summary>
internal static class TruthColumns
{
    public const string Name = "name";
    public const string Type = "_type";
    public const string Number = "_number";
    public const string Time = "_time";
    public const string Received = "received";

    private static readonly IReadOnlyList<LogColumn> Labels = Of("label");
    private static readonly IReadOnlyList<LogColumn> Outcomes = [.. Of("value"), new(Name, LogType.Text)];

    /// <summary>The column of the values; those with their type, number and time begin with the same word.</summary>
    public static string Value(TruthKind kind) => kind switch
    {
        TruthKind.Labels => "label",
        TruthKind.Outcomes => "value",
    };

    /// <summary>As they are stored; the id tells the prediction's time.</summary>
    public static IReadOnlyList<LogColumn> Stored(TruthKind kind) => kind switch
    {
        TruthKind.Labels => Labels,
        TruthKind.Outcomes => Outcomes,
    };

    public static string Container(TruthKind kind) => kind switch
    {
        TruthKind.Labels => PredictionPaths.LabelsContainer,
        TruthKind.Outcomes => PredictionPaths.OutcomesContainer,
    };

    private static IReadOnlyList<LogColumn> Of(string value) =>
    [
        new(LogColumns.Id, LogType.Id), new(value, LogType.Text), new(value + Type, LogType.Text),
        new(value + Number, LogType.Double), new(value + Time, LogType.Time), new(Received, LogType.Time),
    ];
}
