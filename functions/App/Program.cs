using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Serverless.App.Access;
using Serverless.App.Reference;
using Serverless.Services.Http;
using Serverless.Services.Inference;
using Serverless.Services.Monitoring;
using Serverless.Services.Monitoring.Alerts;
using Serverless.Services.Predictions;
using Serverless.Services.Reference;
using Serverless.Services.Registry;
using Serverless.Services.Registry.Keys;
using Serverless.Services.Registry.Onnx;
using Serverless.Services.Rollout;
using Serverless.Services.Telemetry;
#if AZURE_HOST
using Serverless.App.Telemetry;
#endif

// A child of ours: it loads one file, says how that went, and ends.
if (ModelTrial.IsRequested(args)) return ModelTrial.Run(args);
// A container's health check.
if (HealthProbe.IsRequested(args)) return HealthProbe.Run(args);

NativeMemory.Settle();

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
#if AZURE_HOST
builder.UseMiddleware<TracingMiddleware>();
#endif
builder.UseMiddleware<AccessMiddleware>();

builder.Services.AddTelemetry(builder.Configuration);
builder.Services.AddRegistry(builder.Configuration);
builder.Services.AddKeys();
builder.Services.AddPredictions(builder.Configuration);
builder.Services.AddInference(builder.Configuration);
builder.Services.AddMonitoring();
builder.Services.AddAlerts(builder.Configuration);
builder.Services.AddRollouts();
builder.Services.AddReference(AppRoutes.All);

builder.Build().Run();
return 0;
