# The suite on the Azure Functions host, for Container Apps: the platform's own scaling by trigger, its keys and its bindings.
#   docker build -f infra/containers/functions.Dockerfile -t serverless-mlops:functions .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish functions/App -c Release -p:RunAnalyzers=false -o /published

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    FUNCTIONS_WORKER_RUNTIME=dotnet-isolated
COPY --from=build /published /home/site/wwwroot
EXPOSE 80
