using k8s;
using k8s.Models;
using Serverless.App.Tests.Telemetry;
using YamlDotNet.RepresentationModel;

namespace Serverless.App.Tests.Containers;

/// <summary>The manifests are read as Kubernetes' own types, member by member; what has types of its own (KEDA, KServe) by what it must hold.</summary>
public sealed class ManifestTests
{
    [Fact]
    public void Suite_IsOfKubernetesTypes_AndItsPartsFindEachOther()
    {
        var parts = KubernetesYaml.LoadAllFromString(InfraFiles.Read("infra", "kubernetes", "suite.yaml"), strict: true);
        var deployment = Assert.Single(parts.OfType<V1Deployment>());
        var container = Assert.Single(deployment.Spec.Template.Spec.Containers);
        Assert.Equal(8080, Assert.Single(container.Ports).ContainerPort);
        Assert.Equal(deployment.Spec.Selector.MatchLabels["app"], deployment.Spec.Template.Metadata.Labels["app"]);
        var service = Assert.Single(parts.OfType<V1Service>());
        Assert.Equal(deployment.Spec.Selector.MatchLabels, service.Spec.Selector);
        Assert.Equal(container.Ports[0].Name, service.Spec.Ports[0].TargetPort.Value);
        Assert.Equal(deployment.Spec.Selector.MatchLabels, Assert.Single(parts.OfType<V1PodDisruptionBudget>()).Spec.Selector.MatchLabels);
        Assert.Equal(deployment.Spec.Template.Spec.ServiceAccountName, Assert.Single(parts.OfType<V1ServiceAccount>()).Metadata.Name);
        Assert.True(deployment.Spec.Template.Spec.SecurityContext.RunAsNonRoot);
        var volumes = deployment.Spec.Template.Spec.Volumes.Select(volume => volume.Name).ToHashSet();
        Assert.All(container.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
        Assert.All(new[] { container.StartupProbe, container.LivenessProbe }, probe => Assert.Equal("/v2/health/live", probe.HttpGet.Path));
        Assert.Equal("/v2/health/ready", container.ReadinessProbe.HttpGet.Path);
    }

    [Fact]
    public void Autoscaler_IsOfKubernetesTypes_AndScalesTheDeployment()
    {
        var scaler = Assert.IsType<V2HorizontalPodAutoscaler>(Assert.Single(KubernetesYaml.LoadAllFromString(InfraFiles.Read("infra", "kubernetes", "hpa.yaml"), strict: true)));
        Assert.Equal(("Deployment", Deployment()), (scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
        Assert.Equal(Deployment(), Manifests.Of("keda.yaml", "ScaledObject")["spec"]["scaleTargetRef"]["name"].ToString());
    }

    [Fact]
    public void Containers_OfEveryManifest_AreTheSlimImageWithItsPortAndKey()
    {
        Assert.Equal(["hpa.yaml", "keda.yaml", "kserve.yaml", "suite.yaml"], Manifests.Files);
        var containers = Manifests.Containers().ToArray();
        Assert.Equal(2, containers.Length);
        Assert.All(containers, container =>
        {
            Assert.EndsWith(":slim", container["image"].ToString(), StringComparison.Ordinal);
            Assert.Equal("8080", container["ports"][0]["containerPort"].ToString());
        });
    }

    [Fact]
    public void KServe_FindsItsRuntime()
    {
        var runtime = Manifests.Of("kserve.yaml", "ServingRuntime");
        Assert.Equal("kserve-container", runtime["spec"]["containers"][0]["name"].ToString());
        var model = Manifests.Of("kserve.yaml", "InferenceService")["spec"]["predictor"]["model"];
        Assert.Equal(runtime["metadata"]["name"], model["runtime"]);
        Assert.Contains(model["protocolVersion"], ((YamlSequenceNode)runtime["spec"]["protocolVersions"]).Children);
        Assert.Contains(model["modelFormat"]["name"], ((YamlSequenceNode)runtime["spec"]["supportedModelFormats"]).Children.Select(format => format["name"]));
        Assert.Equal("/metrics", runtime["spec"]["annotations"]["prometheus.kserve.io/path"].ToString());
    }

    private static string Deployment() => Manifests.Of("suite.yaml", "Deployment")["metadata"]["name"].ToString();
}
