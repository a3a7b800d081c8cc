namespace Serverless.Core.Problems;

/// <summary>Every failure that a caller can mend. <c>Services/Http/Answer</c> gives each its status and stable <c>type</c>.</summary>
public enum ProblemKind
{
    /// <summary>The body is not what the route takes: not JSON, a missing or unknown field, a wrong type.</summary>
    InvalidRequest,
    /// <summary>A model, alias, tag or key name breaks its rules.</summary>
    InvalidName,
    /// <summary>A tensor's name, datatype, shape or data does not fit the model's signature.</summary>
    InvalidTensor,
    /// <summary>A row lacks a feature, has an unknown one, or holds a value of the wrong type.</summary>
    InvalidRow,
    /// <summary>The uploaded file is not an ONNX model that this runtime can serve.</summary>
    InvalidModel,
    /// <summary>The policy document breaks its schema.</summary>
    InvalidPolicy,
    /// <summary>The request's content type is not one that the route takes.</summary>
    UnsupportedMediaType,
    /// <summary>None of the forms that the request accepts is one that the route has.</summary>
    NotAcceptable,
    /// <summary>The body is larger than the route or the policy takes.</summary>
    BodyTooLarge,
    /// <summary>No model of this name.</summary>
    ModelNotFound,
    /// <summary>The model has no such version.</summary>
    VersionNotFound,
    /// <summary>Something else that was named does not exist: an alias, a key, an upload, a policy version.</summary>
    NotFound,
    /// <summary>The model has no champion, or the version or model is archived: nothing can answer.</summary>
    NotServable,
    /// <summary>The state does not allow it, or the same bytes stand registered with other metadata.</summary>
    Conflict,
    /// <summary>Another writer was first; read again and repeat.</summary>
    VersionConflict,
    /// <summary>The <c>If-Match</c> header names an older state.</summary>
    PreconditionFailed,
    /// <summary>No key, or an unknown one.</summary>
    Unauthenticated,
    /// <summary>A request that is to be signed is not, or not by the secret.</summary>
    SignatureInvalid,
    /// <summary>A request is signed for another time: too long ago, or later.</summary>
    SignatureExpired,
    /// <summary>The caller's roles do not allow this.</summary>
    Forbidden,
    /// <summary>Too many requests at once; come again after the given time.</summary>
    TooManyRequests,
    /// <summary>The model did not answer within its time limit.</summary>
    Timeout,
    /// <summary>The model failed on this input.</summary>
    ModelFailed,
    /// <summary>The protocol has this route, the suite does not do it.</summary>
    NotSupported,
    /// <summary>A dependency (storage, memory) is short at the moment.</summary>
    Unavailable,
}
