using Serverless.Core.Registry;

namespace Serverless.Services.Registry.Onnx;

/// <summary>What an ONNX file says, weights apart.</summary>
/// <param name="IrVersion">The format's version.</param>
/// <param name="Producer">The tool that wrote it, with its version.</param>
/// <param name="Opsets">Operator set versions by domain; the empty domain is ai.onnx.</param>
/// <param name="Signature">What the graph takes and gives.</param>
public sealed record OnnxModel(long IrVersion, string Producer, IReadOnlyDictionary<string, long> Opsets, Signature Signature);
