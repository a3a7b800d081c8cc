namespace Serverless.Services.Predictions;

/// <summary>How a block stores one column. The numbers are stored: never change one.</summary>
internal enum ColumnKind : byte
{
    /// <summary>Every row is null; nothing follows.</summary>
    Nulls = 0,
    /// <summary>Every row has the one value that follows.</summary>
    Constant = 1,
    /// <summary>A value for every row.</summary>
    Dense = 2,
    /// <summary>A validity bitmap as Arrow has it, then a value for every row.</summary>
    Nullable = 3,
    /// <summary>Ids only: how many runs, the first id of each, how many rows each has; a run's ids follow each other.</summary>
    Runs = 4,
    /// <summary>A signed whole number for every row, in fewer bytes than its type has: how many, then the numbers.</summary>
    Narrow = 5,
}
