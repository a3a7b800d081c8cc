namespace Serverless.Hosting.Azurite;

/// <summary>How an Azurite is started.</summary>
/// <param name="DataFolder">Where it keeps its data; null keeps it in memory.</param>
/// <param name="BlobPort">0 takes any free port, likewise for the others.</param>
/// <param name="QueuePort">The queue service's port.</param>
/// <param name="TablePort">The table service's port.</param>
public sealed record AzuriteOptions(string? DataFolder = null, int BlobPort = 0, int QueuePort = 0, int TablePort = 0);
