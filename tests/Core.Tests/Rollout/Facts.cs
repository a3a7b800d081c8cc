using Serverless.Core.Rollout;

namespace Serverless.Core.Tests.Rollout;

internal static class Facts
{
    public static Evidence Of(params (string Name, double Value)[] figures) =>
        new(figures.Select(figure => KeyValuePair.Create(figure.Name, Figure.Of(figure.Value, 100, "test"))));
}
