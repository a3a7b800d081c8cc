using Serverless.Core.Registry;

namespace Serverless.Services.Registry;

/// <summary>What can be said of a model. What is absent is emptied: the request is the whole.</summary>
/// <param name="Description">For people, at most 4,096 characters.</param>
/// <param name="Owner">Whom to ask, at most 256 characters.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Tags">At most 32.</param>
public sealed record ModelRequest(string? Description = null, string? Owner = null, TaskKind Task = TaskKind.Other, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>A model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Description">For people.</param>
/// <param name="Owner">Whom to ask.</param>
/// <param name="Tags">For finding it.</param>
/// <param name="Archived">Whether nothing of it answers.</param>
/// <param name="Champion">The version that answers when a request names none.</param>
/// <param name="Aliases">Every pointer; absent in lists.</param>
/// <param name="LatestVersion">The newest version's number; 0 while there is none.</param>
/// <param name="PolicyVersion">The policy in force; 0 for the default.</param>
/// <param name="Created">When it appeared.</param>
/// <param name="Updated">When anything of it changed last.</param>
public sealed record ModelResponse(
    ModelName Name, TaskKind Task, string? Description, string? Owner, IReadOnlyDictionary<string, string> Tags, bool Archived,
    int? Champion, IReadOnlyDictionary<string, int>? Aliases, int LatestVersion, int PolicyVersion, DateTimeOffset Created, DateTimeOffset Updated)
{
    /// <summary>A record as callers see it.</summary>
    public static ModelResponse Of(ModelRecord model, IReadOnlyDictionary<string, int>? aliases) => new(
        model.Name, model.Task, model.Description, model.Owner, model.Tags, model.Archived,
        model.Champion, aliases, model.LastVersion, model.PolicyVersion, model.Created, model.Updated);
}
