using Serverless.Core.Monitoring;

namespace Serverless.Services.Monitoring.Baselines;

/// <summary>A table that was profiled elsewhere.</summary>
/// <param name="Source">Where from, and how it was read.</param>
/// <param name="Names">All its columns.</param>
/// <param name="Columns">Those of which enough is told, none of them without a role.</param>
/// <param name="Roles">What columns are there for.</param>
/// <param name="Left">Which were left out, and why.</param>
internal sealed record ImportedTable(string Source, HashSet<string> Names, IReadOnlyList<WindowColumn> Columns, BaselineRoles Roles, IReadOnlyList<string> Left);
