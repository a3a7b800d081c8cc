using System.Globalization;
using Serverless.Core.Registry;

namespace Serverless.Services.Storage;

/// <summary>Every table, container, queue, key and path that the suite writes. Nothing else builds one.</summary>
/// <remarks>
/// <code>
/// table models      model | model                       the model: task, owner, tags, counters, the audit chain's head
///                         | version|0000000007          an immutable version (tags and description apart)
///                         | digest|{sha256}             which version has these bytes
///                         | alias|champion              a pointer
///                         | rollout                     who answers which share of the traffic, and which versions stay warm
///                         | rollout|{newest first}      a rollout, under way or over
///                         | decision|{newest first}     what gates decided; its evidence is an artifact
///                         | evaluation                  the evaluation set in force; its table is an artifact
///                         | quarantine|0000000007       why a version must not be a candidate
///                         | heard|{uuidv7}              an alert as rollouts have heard of it
///                         | handled|{event}             an event that has started a rollout
///                         | policy|0000000003           a policy document
///                         | audit|{uuidv7}              the audit trail
///                         | outbox|{uuidv7}             an event not yet published
///                         | erasure|{uuidv7}            an erasure of predictions and its receipt
/// table catalog     hash bucket | model                 listing without scanning partitions
/// table auditindex  inverted day | inverted time|id     the audit trail across models, newest first
/// table keys        key | name                          named keys
///                       | |head                         the end of their audit chain
///                       | audit|{uuidv7}                its entries
/// table findings    {model}|{monitor} | {newest first}  what a window's scan came to: one row a window
///                                     | state           up to when windows were asked for
///                   id|{model} | {uuidv7}               where a finding stands
///                   scan|{model} | {uuidv7}             a scan on demand, and with |{monitor}|{time} each window that is done
/// reports/{model}/{monitor}/{time}-{revision}.json      findings whole
/// table alerts      model | monitor|{monitor}           a monitor's windows and its newest alert
///                         | alert|{uuidv7}              an alert, open or resolved
///                         | notice|{uuidv7}             what an alert's step tells, as it was then
///                         | outbox|{uuidv7}|event       a step not yet published
///                         | outbox|{uuidv7}|webhooks    a step not yet queued for the webhooks
///                         | delivery|{uuidv7}|{webhook} how a step or an event reached a webhook
///                   |open | open|{model}|{uuidv7}       an alert that is open or keeps something back, as far as is known
///                         | event|{uuidv7}              an event of the registry or a rollout on its way to webhooks
///                   |told|{webhook} | {newest first}    what a webhook is told of, and in which model's partition it stands
/// table alertsettings silence | id                      silences
///                     webhook | id                      webhooks
///                             | |head, |audit|{uuidv7}  of both: the audit chain of their changes
/// table requests    model | {hour}|{instance}           how an instance's requests of an hour went, by minute and version
/// baselines/{model}/{version}/baseline.json             what a version's data looked like
///                            /{source}/{column}.bin     its columns' values
/// artifacts/sha256/ab/{sha256}                          immutable, content-addressed
/// artifacts/staging/{model}/{upload}                    uploads that no version names yet
/// queue outbox-requests                                 models whose outbox may hold events
/// queue erasure-requests                                entities whose predictions are to be erased
/// queue scan-requests                                   windows to scan
/// queue log-upkeep                                      models whose prediction log is to be compacted or cut by age
/// queue alert-requests                                  models whose alerts may have steps to tell
/// queue alert-deliveries                                a step or an event and the webhook that it goes to
/// queue alert-releases                                  alerts whose silence has ended
/// queue alert-upkeep                                    models whose alerts are to be cut by age
/// queue rollout-requests                                models whose rollouts may have something to do
/// queue events-to-project, events-to-tell, events-to-hear   events that Event Grid leaves in a queue because it cannot reach a private app: one a listener
/// </code>
/// </remarks>
public static class StorageNames
{
    /// <summary>The registry's table.</summary>
    public const string ModelsTable = "models";

    /// <summary>The listing's table.</summary>
    public const string CatalogTable = "catalog";

    /// <summary>The table of the audit trail across models.</summary>
    public const string AuditIndexTable = "auditindex";

    /// <summary>The table of named keys.</summary>
    public const string KeysTable = "keys";

    /// <summary>The container of artifacts.</summary>
    public const string ArtifactsContainer = "artifacts";

    /// <summary>The queue that wakes the outbox's dispatcher.</summary>
    public const string OutboxQueue = "outbox-requests";

    /// <summary>The queue of erasures.</summary>
    public const string ErasureQueue = "erasure-requests";

    /// <summary>The queue of prediction logs to look after.</summary>
    public const string UpkeepQueue = "log-upkeep";

    /// <summary>The table of what scans found.</summary>
    public const string FindingsTable = "findings";

    /// <summary>The container of findings whole.</summary>
    public const string ReportsContainer = "reports";

    /// <summary>The queue of windows to scan.</summary>
    public const string ScanQueue = "scan-requests";

    /// <summary>After a queue's name: where the host puts its messages that failed again and again.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Where the host puts windows whose scan failed again and again.</summary>
    public const string FailedScanQueue = ScanQueue + PoisonSuffix;

    /// <summary>The row that says up to when a monitor's windows were asked for.</summary>
    public const string ScanState = "state";

    /// <summary>The table of alerts.</summary>
    public const string AlertsTable = "alerts";

    /// <summary>The table of silences and webhooks.</summary>
    public const string AlertSettingsTable = "alertsettings";

    /// <summary>The table of how requests went.</summary>
    public const string RequestsTable = "requests";

    /// <summary>The queue of models whose alerts may have steps to tell.</summary>
    public const string AlertQueue = "alert-requests";

    /// <summary>The queue of steps and events on their way to webhooks.</summary>
    public const string AlertDeliveryQueue = "alert-deliveries";

    /// <summary>The queue of alerts whose silence has ended.</summary>
    public const string AlertReleaseQueue = "alert-releases";

    /// <summary>The queue of models whose alerts are to be cut by age.</summary>
    public const string AlertUpkeepQueue = "alert-upkeep";

    /// <summary>The prefix of uploads that no version names yet.</summary>
    public const string StagingPrefix = "staging/";

    /// <summary>The prefix of artifacts.</summary>
    public const string ArtifactPrefix = "sha256/";

    /// <summary>The model's own row.</summary>
    public const string ModelRow = "model";

    /// <summary>Row of the rollout and its traffic split.</summary>
    public const string RolloutRow = "rollout";

    /// <summary>The queue of models whose rollouts may have something to do.</summary>
    public const string RolloutQueue = "rollout-requests";

    /// <summary>The queue of events for the projections, where Event Grid cannot reach the app.</summary>
    public const string ProjectionEventQueue = "events-to-project";

    /// <summary>The queue of events for the webhooks, where Event Grid cannot reach the app.</summary>
    public const string WebhookEventQueue = "events-to-tell";

    /// <summary>The queue of events for rollouts, where Event Grid cannot reach the app.</summary>
    public const string RolloutEventQueue = "events-to-hear";

    /// <summary>Row of the evaluation set in force.</summary>
    public const string EvaluationRow = "evaluation";

    /// <summary>Prefix of rollouts' rows, newest first.</summary>
    public const string RolloutPrefix = "rollout|";

    /// <summary>Prefix of decisions' rows, newest first.</summary>
    public const string DecisionPrefix = "decision|";

    /// <summary>Prefix of the rows of alerts as rollouts have heard of them.</summary>
    public const string HeardAlertPrefix = "heard|";

    /// <summary>Prefix of version rows.</summary>
    public const string VersionPrefix = "version|";

    /// <summary>Prefix of alias rows.</summary>
    public const string AliasPrefix = "alias|";

    /// <summary>Prefix of policy rows.</summary>
    public const string PolicyPrefix = "policy|";

    /// <summary>Prefix of audit rows.</summary>
    public const string AuditPrefix = "audit|";

    /// <summary>Prefix of the audit rows beside silences and webhooks.</summary>
    public const string SettingAuditPrefix = "|audit|";

    /// <summary>Prefix of outbox rows.</summary>
    public const string OutboxPrefix = "outbox|";

    /// <summary>Prefix of alerts.</summary>
    public const string AlertPrefix = "alert|";

    /// <summary>The partition of what alerts are open: no model's name begins with the bar.</summary>
    public const string OpenAlertsPartition = "|open";

    /// <summary>Prefix of what steps tell.</summary>
    public const string NoticePrefix = "notice|";

    /// <summary>Prefix of events on their way to webhooks.</summary>
    public const string WebhookEventPrefix = "event|";

    /// <summary>Prefix of how a step or an event reached webhooks.</summary>
    public const string DeliveryPrefix = "delivery|";

    /// <summary>Prefix of the partitions of what webhooks are told of.</summary>
    public const string ToldPrefix = "|told|";

    /// <summary>Every queue that a function works off.</summary>
    public static IReadOnlyList<string> WorkQueues { get; } =
        [OutboxQueue, ErasureQueue, ScanQueue, FailedScanQueue, UpkeepQueue, AlertQueue, AlertDeliveryQueue, AlertReleaseQueue, AlertUpkeepQueue, RolloutQueue];

    private const int CatalogBuckets = 16;

    /// <summary>Every catalog partition.</summary>
    public static IEnumerable<string> CatalogPartitions { get; } = [.. Enumerable.Range(0, CatalogBuckets).Select(Bucket)];

    /// <summary>A model's partition. Model names hold none of the characters that keys forbid.</summary>
    public static string Partition(ModelName model) => model.Value;

    /// <summary>Row of a version.</summary>
    public static string Version(int number) => string.Create(CultureInfo.InvariantCulture, $"{VersionPrefix}{number:D10}");

    /// <summary>Row that says which version has these bytes.</summary>
    public static string DigestRow(Digest digest) => $"digest|{digest.Hex}";

    /// <summary>Row of an alias.</summary>
    public static string Alias(AliasName alias) => AliasPrefix + alias.Value;

    /// <summary>Row of a policy document.</summary>
    public static string Policy(int number) => string.Create(CultureInfo.InvariantCulture, $"{PolicyPrefix}{number:D10}");

    /// <summary>Row of an audit entry.</summary>
    public static string Audit(Guid id) => $"{AuditPrefix}{id:D}";

    /// <summary>Row of an event not yet published.</summary>
    public static string Outbox(Guid id) => $"{OutboxPrefix}{id:D}";

    /// <summary>Row of a rollout.</summary>
    public static string Rollout(Guid id) => NewestFirst(RolloutPrefix, id);

    /// <summary>Row of a decision.</summary>
    public static string Decision(Guid id) => NewestFirst(DecisionPrefix, id);

    /// <summary>Row of an alert as rollouts have heard of it.</summary>
    public static string HeardAlert(Guid id) => $"{HeardAlertPrefix}{id:D}";

    /// <summary>Row that says that a version must not be a candidate.</summary>
    public static string Quarantine(int number) => string.Create(CultureInfo.InvariantCulture, $"quarantine|{number:D10}");

    /// <summary>Row that says that an event has been handled.</summary>
    public static string Handled(string id) => $"handled|{id}";

    // A UUIDv7 begins with its milliseconds.
    private static string NewestFirst(string prefix, Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{(1L << 48) - 1 - long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture):x12}|{id:D}");

    /// <summary>Row of an erasure.</summary>
    public static string Erasure(Guid id) => $"erasure|{id:D}";

    /// <summary>Before the monitors' rows.</summary>
    public const string AlertTrackPrefix = "monitor|";

    /// <summary>Row of a monitor's windows. A name's letters that keys forbid are written as <c>=2F</c>.</summary>
    public static string AlertTrack(string monitor) => $"{AlertTrackPrefix}{Uri.EscapeDataString(monitor).Replace('%', '=')}";

    /// <summary>Row of an alert.</summary>
    public static string Alert(Guid id) => $"{AlertPrefix}{id:D}";

    /// <summary>Row that says that an alert is open.</summary>
    public static string OpenAlert(string model, string id) => $"{OpenAlerts(model)}{id}";

    /// <summary>Prefix of a model's open alerts; of all without one.</summary>
    public static string OpenAlerts(string? model) => model is null ? "open|" : $"open|{model}|";

    /// <summary>Row of what a step tells.</summary>
    public static string AlertNotice(Guid step) => $"{NoticePrefix}{step:D}";

    /// <summary>Row of a step not yet published.</summary>
    public static string AlertEventOutbox(Guid step) => $"{OutboxPrefix}{step:D}|event";

    /// <summary>Row of a step not yet queued for the webhooks.</summary>
    public static string AlertWebhookOutbox(Guid step) => $"{OutboxPrefix}{step:D}|webhooks";

    /// <summary>Row of an event on its way to webhooks.</summary>
    public static string WebhookEvent(Guid id) => $"{WebhookEventPrefix}{id:D}";

    /// <summary>Row of how a step or an event reached a webhook.</summary>
    public static string AlertDelivery(Guid step, string webhook) => $"{DeliveryPrefix}{step:D}|{webhook}";

    /// <summary>The partition of what a webhook is told of.</summary>
    public static string Told(string webhook) => ToldPrefix + webhook;

    /// <summary>Row of a step or an event that a webhook is told of.</summary>
    public static string ToldRow(Guid step) => NewestFirst("", step);

    /// <summary>The first key that no longer begins with a prefix that ends in <c>|</c>.</summary>
    public static string After(string prefix) => prefix[..^1] + '}';

    /// <summary>A model's partition in the catalog: FNV-1a, which is the same on every machine.</summary>
    public static string CatalogPartition(ModelName model)
    {
        var hash = 2166136261u;
        foreach (var letter in model.Value) hash = (hash ^ letter) * 16777619u;
        return Bucket((int)(hash % CatalogBuckets));
    }

    /// <summary>Keys of an audit entry across models, so that the newest comes first.</summary>
    public static (string Partition, string Row) AuditIndex(DateTimeOffset time, Guid id) => (
        string.Create(CultureInfo.InvariantCulture, $"{99_999_999 - int.Parse(time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture):D8}"),
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.MaxValue.Ticks - time.UtcTicks:D19}|{id:D}"));

    /// <summary>A monitor's findings.</summary>
    public static string Findings(ModelName model, string monitor) => $"{model.Value}|{monitor}";

    /// <summary>Where findings stand, by their id.</summary>
    public static string FindingIds(ModelName model) => $"id|{model.Value}";

    /// <summary>Prefix of an hour's rows.</summary>
    public static string RequestHour(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyyMMddHH}|");

    /// <summary>The hour of a row.</summary>
    public static DateTimeOffset RequestHour(string row) => DateTimeOffset.ParseExact(row[..10], "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Row of an instance's hour.</summary>
    public static string Requests(DateTimeOffset hour, string instance) => RequestHour(hour) + instance;

    /// <summary>Scans on demand.</summary>
    public static string Scans(ModelName model) => $"scan|{model.Value}";

    /// <summary>Row of the window that ends then, so that the newest comes first.</summary>
    public static string WindowRow(DateTimeOffset end) => (DateTime.MaxValue.Ticks - end.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>The container of baselines.</summary>
    public const string BaselinesContainer = "baselines";

    /// <summary>Path of a baseline.</summary>
    public static string BaselineDocument(ModelName model, int version) => string.Create(CultureInfo.InvariantCulture, $"{PathSegment(model)}/{version:D10}/baseline.json");

    /// <summary>Path of a baseline's column; the source makes it one writer's own.</summary>
    public static string BaselineColumn(ModelName model, int version, string source, int column) =>
        string.Create(CultureInfo.InvariantCulture, $"{BaselineFolder(model, version, source)}/{column:D4}.bin");

    /// <summary>Path of a baseline's columns by segment.</summary>
    public static string BaselineSegments(ModelName model, int version, string source) => $"{BaselineFolder(model, version, source)}/segments.bin";

    private static string BaselineFolder(ModelName model, int version, string source)
    {
        var hash = 14695981039346656037ul;
        foreach (var letter in source) hash = (hash ^ letter) * 1099511628211;
        return string.Create(CultureInfo.InvariantCulture, $"{PathSegment(model)}/{version:D10}/{hash:x16}");
    }

    /// <summary>Path of a finding whole.</summary>
    public static string Report(ModelName model, string monitor, DateTimeOffset end, int revision) =>
        string.Create(CultureInfo.InvariantCulture, $"{PathSegment(model)}/{monitor}/{end.UtcDateTime:yyyy-MM-dd'T'HHmmss'Z'}-{revision}.json");

    /// <summary>Path of an artifact.</summary>
    public static string Artifact(Digest digest) => $"{ArtifactPrefix}{digest.Hex[..2]}/{digest.Hex}";

    /// <summary>The artifact at a path; null for a path that is none's.</summary>
    public static Digest? DigestOf(string path) =>
        path.Split('/') is [_, _, { Length: 64 } hex] && hex.All(char.IsAsciiHexDigitLower) ? Digest.Parse(hex) : null;

    /// <summary>Path of an upload.</summary>
    public static string Staging(ModelName model, Guid upload) => $"{StagingPrefix}{PathSegment(model)}/{upload:D}";

    /// <summary>A model's name as one segment of a path: blanks, and dots at its end, are percent-encoded.</summary>
    public static string PathSegment(ModelName model)
    {
        var name = model.Value.Replace(" ", "%20", StringComparison.Ordinal);
        var end = name.TrimEnd('.').Length;
        return name[..end] + name[end..].Replace(".", "%2E", StringComparison.Ordinal);
    }

    private static string Bucket(int number) => number.ToString("x2", CultureInfo.InvariantCulture);
}
