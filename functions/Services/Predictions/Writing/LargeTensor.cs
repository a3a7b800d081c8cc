namespace Serverless.Services.Predictions;

/// <summary>A row's tensor that is too large for it: stored under its hash before the row is.</summary>
/// <param name="Row">The row within its request.</param>
/// <param name="Sha256">The hash of the bytes, as hexadecimal text.</param>
/// <param name="Bytes">As they lay in memory, little-endian.</param>
internal readonly record struct LargeTensor(int Row, string Sha256, byte[] Bytes);
