using Serverless.Core.Registry;

namespace Serverless.Services.Inference;

/// <summary>The names of all models, for the protocols' lists. Not on the hot path.</summary>
/// <param name="list">Reads them, in any order.</param>
public sealed class ServedModels(Func<CancellationToken, IAsyncEnumerable<ModelName>> list)
{
    /// <summary>Every model's name, sorted.</summary>
    public async Task<IReadOnlyList<ModelName>> ListAsync(CancellationToken cancel)
    {
        var names = new List<ModelName>();
        await foreach (var name in list(cancel)) names.Add(name);
        names.Sort((one, other) => string.CompareOrdinal(one.Value, other.Value));
        return names;
    }
}
