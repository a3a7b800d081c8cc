namespace Serverless.Core.Statistics;

/// <summary>What a detector says about a batch: the index of the observation that raised the alarm or the first warning, if any. A detector stops at an alarm: start again with a fresh state.</summary>
public readonly record struct Signal(int? Alarm, int? Warning);
