# The suite with the embedded host: Kestrel and the functions in one process, compiled ahead of time. For Kubernetes, KServe and compose.yaml.
#   docker build -f infra/containers/slim.Dockerfile -t serverless-mlops:slim .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY . .
RUN dotnet publish functions/App -c Release -a $TARGETARCH -p:FunctionsHost=embedded -p:RunAnalyzers=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# Small collections of the youngest objects instead of ones as large as the processor's cache, which shared machines have plenty of.
ENV DOTNET_GCgen0size=0x400000 \
    ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["dotnet", "Serverless.App.dll", "--probe", "http://127.0.0.1:8080/v2/health/live"]
ENTRYPOINT ["dotnet", "Serverless.App.dll"]
