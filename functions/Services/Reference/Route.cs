using Serverless.Core.Access;

namespace Serverless.Services.Reference;

/// <summary>A route as the application maps it.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Room">Where its class lives: the document's tag.</param>
/// <param name="Method">The method.</param>
/// <param name="Template">The route's template, without a slash before it.</param>
/// <param name="Words">What it does.</param>
/// <param name="Needed">Whom it lets in: any of these roles.</param>
public sealed record Route(string Function, string Room, HttpMethod Method, string Template, string Words, Role Needed);
