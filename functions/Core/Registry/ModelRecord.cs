using System.Collections.Immutable;

namespace Serverless.Core.Registry;

/// <summary>A model as the registry keeps it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Task">What it is for.</param>
/// <param name="Description">For people, or null.</param>
/// <param name="Owner">Whom to ask, or null.</param>
/// <param name="Tags">For finding it.</param>
/// <param name="Archived">Whether nothing of it answers.</param>
/// <param name="Revision">Counts changes of the model itself, for its ETag.</param>
/// <param name="LastVersion">The newest version's number; 0 while there is none.</param>
/// <param name="Champion">Where the alias <c>champion</c> points, as its row says it too; kept here for listings.</param>
/// <param name="PolicyVersion">The policy in force; 0 for the default.</param>
/// <param name="Created">When it appeared.</param>
/// <param name="Updated">When anything in its partition changed last.</param>
/// <param name="Audit">The end of its audit chain.</param>
public sealed record ModelRecord(
    ModelName Name,
    TaskKind Task,
    string? Description,
    string? Owner,
    ImmutableSortedDictionary<string, string> Tags,
    bool Archived,
    int Revision,
    int LastVersion,
    int? Champion,
    int PolicyVersion,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    AuditHead Audit)
{
    /// <summary>The rollouts that are not settled, oldest first; null for none.</summary>
    public IReadOnlyList<Guid>? Rollouts { get; init; }

    /// <summary>A model that nobody has described yet.</summary>
    public static ModelRecord New(ModelName name, DateTimeOffset now) => new(
        name, TaskKind.Other, null, null, ImmutableSortedDictionary<string, string>.Empty, false, 1, 0, null, 0, now, now, AuditHead.Start);
}
