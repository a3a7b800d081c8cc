namespace Serverless.Testing;

/// <summary>How long a test waits for what must happen: no measure of speed, so that a starved machine fails nothing.</summary>
public static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
}
