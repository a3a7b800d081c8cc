namespace Serverless.Services.Inference.ServiceLevels;

/// <summary>Whom a request is counted for. The numbers are stored.</summary>
internal enum TalliedAs
{
    /// <summary>The model and the version that was chosen to answer.</summary>
    Chosen = 0,
    /// <summary>The model alone: the caller had named the version.</summary>
    Named = 1,
    /// <summary>The version alone: it failed, and the champion answered instead.</summary>
    Covered = 2,
}
