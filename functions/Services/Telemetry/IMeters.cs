namespace Serverless.Services.Telemetry;

/// <summary>A room's instruments that nothing else asks for: those registered under this name are made before the first scrape.</summary>
public interface IMeters;
