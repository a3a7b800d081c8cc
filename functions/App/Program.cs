using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Serverless.App.Access;
using Serverless.Services.Registry.Keys;
using Serverless.Services.Storage;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<AccessMiddleware>();

builder.Services.AddStorage(builder.Configuration);
builder.Services.AddKeys();

builder.Build().Run();
