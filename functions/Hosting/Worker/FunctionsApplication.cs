namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an application starts.</summary>
public class FunctionsApplication
{
    /// <summary>A builder with the usual settings, logging and services.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
