using Serverless.Services.Registry.Policies;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry;

/// <summary>docs/policy.md is what the schema says: <c>UPDATE_DOCS=1</c> writes it anew.</summary>
public sealed class PolicyReferenceTests
{
    // What stands above is written by hand.
    private const string Mark = "<!-- From here on made from the schema. -->\n";

    private static readonly string Page = Repository.File("docs", "policy.md");

    [Fact]
    public void Page_IsWhatTheSchemaSays()
    {
        var (text, made) = (File.ReadAllText(Page), PolicyReference.Of(PolicySchema.Text));
        var head = text[..(text.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)];
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(Page, text = head + made);
        Assert.Equal(head + made, text);
    }

    [Fact]
    public void Page_Examples_AreValidPolicies()
    {
        var examples = File.ReadAllText(Page).Split("```yaml\n")[1..].Select(part => part.Split("```")[0]).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => PolicyDocument.Parse(example, isYaml: true));
    }
}
