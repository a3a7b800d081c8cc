namespace Serverless.Core.Monitoring;

/// <summary>What a column holds, as monitoring sees it.</summary>
public enum ColumnType
{
    /// <summary>Numbers that are measured or counted.</summary>
    Numeric,
    /// <summary>One label of a set: text, or numbers that only name.</summary>
    Categorical,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>Free text, nearly all different; watched by its length in characters.</summary>
    Text,
    /// <summary>Points in time; watched as seconds of Unix time.</summary>
    DateTime,
    /// <summary>Vectors of equal length; watched as a whole and by their norm.</summary>
    Embedding,
}
