using System.Text.Json.Serialization.Metadata;

namespace Serverless.Services.Reference;

/// <summary>A body in one form.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Type">The record that it is, or null.</param>
/// <param name="Schema">The schema by name, of <c>protocols.json</c>, or null.</param>
internal sealed record Form(string MediaType, JsonTypeInfo? Type, string? Schema)
{
    public static implicit operator Form(JsonTypeInfo type) => new("application/json", type, null);

    /// <summary>A file, whose form its media type says.</summary>
    public static Form File(string mediaType) => new(mediaType, null, null);

    /// <summary>JSON of a shape that is written by hand.</summary>
    public static Form Json(string schema) => new("application/json", null, schema);
}

/// <summary>An answer that is none of the problems.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Forms">Its body, in each form that it has; none without a body.</param>
internal sealed record Reply(int Status, IReadOnlyList<Form> Forms);

/// <summary>A parameter of the query or a header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Words">What it says.</param>
/// <param name="Type">Its JSON type.</param>
/// <param name="InHeader">Whether it is a header.</param>
/// <param name="Format">The format of its text, or null.</param>
internal sealed record Parameter(string Name, string Words, string Type = "string", bool InHeader = false, string? Format = null);

/// <summary>What a function takes and gives.</summary>
internal sealed record Operation
{
    /// <summary>The body in each form that is taken; none without one.</summary>
    public IReadOnlyList<Form> Takes { get; init; } = [];

    /// <summary>Whether it may be left out.</summary>
    public bool BodyIsOptional { get; init; }

    /// <summary>What it answers.</summary>
    public IReadOnlyList<Reply> Gives { get; init; } = [];

    /// <summary>Queries and headers; the path's are read off the route.</summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>What more there is to say.</summary>
    public string? Note { get; init; }

    /// <summary>Whether problems come in MLflow's shape.</summary>
    public bool SpeaksMLflow { get; init; }

    public Operation Taking(params Form[] forms) => this with { Takes = forms };

    public Operation MayTake(params Form[] forms) => this with { Takes = forms, BodyIsOptional = true };

    public Operation And(int status, params Form[] forms) => this with { Gives = [.. Gives, new(status, forms)] };

    public Operation With(params Parameter[] parameters) => this with { Parameters = [.. Parameters, .. parameters] };

    public Operation Noting(string note) => this with { Note = note };
}
