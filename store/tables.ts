// Written by scripts/tables.ts from the migrated schema. Do not edit.
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** jsonb: any value comes out, canonical text goes in (the driver would turn arrays into SQL arrays). */
export type Json = ColumnType<unknown, string, string>;
/** jsonb that may be null. */
export type NullableJson = ColumnType<unknown, string | null, string | null>;

export interface AdvisoriesTable {
  tenant_id: string;
  advisory_id: string;
  seq: number;
  superseded_seq: number | null;
  digest: string;
  modified_at: Date;
  published_at: Date | null;
  withdrawn_at: Date | null;
  severity: string;
  facts: string;
  recorded_at: Date;
}

export interface AdvisoryAliasesTable {
  tenant_id: string;
  alias: string;
  advisory_id: string;
}

export interface AdvisoryPackagesTable {
  tenant_id: string;
  package_key: string;
  seq: number;
  advisory_id: string;
}

export interface ArtifactsTable {
  tenant_id: string;
  job_id: string;
  attempt: number;
  name: string;
  digest: string;
  bytes: number;
  mime: string;
  created_at: Date;
}

export interface AuditTable {
  tenant_id: string;
  seq: number;
  at: Date;
  actor: string;
  action: string;
  target_kind: string;
  target_id: string;
  details: Json;
  reason: string | null;
  ticket: string | null;
  request_id: string;
  previous_hash: string;
  hash: string;
}

export interface AuditHeadsTable {
  tenant_id: string;
  seq: number;
  hash: string;
}

export interface ComponentKeysTable {
  tenant_id: string;
  package_key: string;
  component_id: number;
}

export interface ComponentsTable {
  tenant_id: string;
  component_id: GeneratedAlways<number>;
  purl: string;
}

export interface DeltasTable {
  tenant_id: string;
  run_id: string;
  image_id: number;
  image_digest: string;
  new_findings: number;
  new_critical: number;
  new_high: number;
  kev_hits: Json;
  fixed: number;
  unchanged: number;
  cause: string;
  top_findings: Json;
  detected_at: Date;
}

export interface FeedSequenceTable {
  only_row: Generated<boolean>;
  seq: number;
}

export interface FindingsTable {
  tenant_id: string;
  finding_id: GeneratedAlways<number>;
  image_id: number;
  package_key: string;
  purl: string;
  vulnerability: string;
  advisories: string[];
  advisory_seq: number;
  severity: string;
  severity_rank: number;
  score: number | null;
  cvss: string | null;
  fixed_version: string | null;
  content_digest: string;
  from_at: Date;
  from_run: string;
  from_cause: string;
  to_at: Date | null;
  to_run: string | null;
  to_cause: string | null;
}

export interface FiresTable {
  tenant_id: string;
  schedule_id: string;
  nominal_at: Date;
  verdict: string;
  decided_at: Date;
  lag_ms: number;
  run_id: string | null;
  schedule_revision: number;
  last_nominal_at: Date;
  fire_count: Generated<number>;
}

export interface IdempotencyKeysTable {
  tenant_id: string;
  route: string;
  key: string;
  body_hash: string;
  status: number;
  body: Json;
  created_at: Date;
}

export interface ImageLabelsTable {
  tenant_id: string;
  key: string;
  value: string;
  image_id: number;
}

export interface ImageResultsTable {
  tenant_id: string;
  image_id: number;
  run_id: string;
  sbom_id: number;
  sbom_seq: number;
  feed_seq: number;
  matcher_version: number;
  components: number;
  matchable: number;
  not_covered: number;
  findings: number;
  critical: number;
  high: number;
  finished_at: Date;
}

export interface ImageTagsTable {
  tenant_id: string;
  tag: string;
  image_id: number;
}

export interface ImagesTable {
  tenant_id: string;
  image_id: GeneratedAlways<number>;
  digest: string;
  namespace: string;
  repository: string;
  sbom_id: number | null;
  sbom_seq: Generated<number>;
  revision: Generated<number>;
  created_at: Date;
  updated_at: Date;
  last_seen_at: Date;
}

export interface JobAttemptsTable {
  tenant_id: string;
  job_id: string;
  attempt: number;
  outcome: string;
  error_class: string | null;
  message: string | null;
  worker: string | null;
  leased_ms: number | null;
  settled_at: Date;
  error_code: string | null;
  counted_as: string | null;
}

export interface JobsTable {
  tenant_id: string;
  job_id: string;
  run_id: string;
  kind: string;
  class: string;
  state: string;
  ordinals: string;
  images: number;
  attempt: Generated<number>;
  tries: Generated<number>;
  crashes: Generated<number>;
  permanent_by: string | null;
  not_before: Date | null;
  wall_clock_ms: number;
  parent_job_id: string | null;
  task_runner_id: string | null;
  worker: string | null;
  outcome_reason: string | null;
  result_digest: string | null;
  created_at: Date;
  first_queued_at: Date | null;
  queued_at: Date | null;
  finished_at: Date | null;
  concurrency_key: string | null;
  pool: Generated<string>;
}

export interface LateResultsTable {
  tenant_id: string;
  entry_id: string;
  job_id: string;
  attempt: number;
  outcome: string;
  worker: string | null;
  agreement: string;
  received_at: Date;
  digest: string | null;
  sdk: string | null;
  build: string | null;
}

export interface OutboxTable {
  tenant_id: string;
  event_id: string;
  kind: string;
  version: number;
  idempotency_key: string;
  envelope: Json;
  occurred_at: Date;
  published_at: Date | null;
}

export interface ParkedJobsTable {
  tenant_id: string;
  job_id: string;
  run_id: string;
  schedule_id: string | null;
  kind: string;
  mode: string;
  reason: string;
  error_class: string;
  error_code: string | null;
  error_message: string;
  worker: string | null;
  tries: number;
  crashes: number;
  ordinals: string;
  images: number;
  parked_at: Date;
  redriven_by: string | null;
  redriven_at: Date | null;
}

export interface PoolDrainsTable {
  pool: string;
  reason: string | null;
  changed_at: Date;
  changed_by: string;
}

export interface PoolsTable {
  pool: string;
  tenant: string | null;
  created_at: Date;
  created_by: string;
}

export interface QueueKeysTable {
  queue: string;
  key: string;
  max_leased: number | null;
  per_second: number | null;
  burst: number;
  changed_at: Date;
  changed_by: string;
}

export interface QueueLimitsTable {
  queue: string;
  tenant: string;
  weight: number;
  max_leased: number | null;
  changed_at: Date;
  changed_by: string;
}

export interface QueuePausesTable {
  queue: string;
  subject: string;
  reason: string | null;
  changed_at: Date;
  changed_by: string;
}

export interface QueuesTable {
  queue: string;
  epoch: string;
  valkey_run_id: string | null;
  opened_at: Date;
}

export interface RunEventsTable {
  tenant_id: string;
  run_id: string;
  seq: number;
  kind: string;
  at: Date;
  data: Json;
}

export interface RunImageOutcomesTable {
  tenant_id: string;
  run_id: string;
  ordinal: number;
  status: string;
  reason: string;
}

export interface RunImagesTable {
  tenant_id: string;
  run_id: string;
  ordinal: number;
  image_id: number;
  image_digest: string;
  sbom_id: number | null;
  sbom_seq: number;
}

export interface RunsTable {
  tenant_id: string;
  run_id: string;
  schedule_id: string | null;
  schedule_revision: number | null;
  trigger: string;
  mode: string;
  class: string;
  state: string;
  request: Json;
  reason: Json;
  feed_seq: number | null;
  impact_digest: string | null;
  images_planned: Generated<number>;
  images_fresh: Generated<number>;
  images_succeeded: Generated<number>;
  images_failed: Generated<number>;
  images_incomplete: Generated<number>;
  images_cancelled: Generated<number>;
  jobs_total: Generated<number>;
  jobs_open: Generated<number>;
  late_results: Generated<number>;
  components: Generated<number>;
  components_matchable: Generated<number>;
  new_findings: Generated<number>;
  new_critical: Generated<number>;
  new_high: Generated<number>;
  fixed_findings: Generated<number>;
  images_changed: Generated<number>;
  error_code: string | null;
  error_message: string | null;
  retry_of: string | null;
  correlation_id: string;
  created_by: string;
  created_at: Date;
  planned_at: Date | null;
  queued_at: Date | null;
  started_at: Date | null;
  last_result_at: Date | null;
  finished_at: Date | null;
  cancel_requested_at: Date | null;
  cancel_requested_by: string | null;
  shard: number;
  workflow_started_at: Date | null;
  drained_signalled_at: Date | null;
  event_seq: Generated<number>;
  jobs_parked: Generated<number>;
  rate_per_second: number | null;
  paced_until: Date | null;
  trace: NullableJson;
  pool: Generated<string>;
}

export interface SbomComponentsTable {
  tenant_id: string;
  component_id: number;
  sbom_id: number;
}

export interface SbomsTable {
  tenant_id: string;
  sbom_id: GeneratedAlways<number>;
  digest: string;
  format: string;
  spec_version: string;
  bytes: number;
  component_count: number;
  matchable_count: number;
  unmatchable: Json;
  created_at: Date;
}

export interface SchedulesTable {
  tenant_id: string;
  schedule_id: string;
  name: string;
  enabled: boolean;
  job_kind: string;
  document: Json;
  revision: Generated<number>;
  shard: number;
  next_nominal_at: Date | null;
  next_due_at: Date | null;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
}

export interface WatermarksTable {
  tenant_id: string;
  kind: string;
  name: string;
  value: string | null;
  moved_from: string | null;
  moved_by_job: string | null;
  moved_by: string | null;
  moved_at: Date;
  revision: number;
}

export interface WorkerKeysTable {
  key_id: string;
  pool: string;
  secret_hash: string;
  created_at: Date;
  revoked_at: Date | null;
  created_by: Generated<string>;
  revoked_by: string | null;
}

export interface WorkerTalliesTable {
  tenant_id: string;
  hour: Date;
  worker_id: string;
  kind: string;
  succeeded: number;
  failed: number;
  crashed: number;
  refuted: number;
}

export interface WorkersTable {
  worker_id: string;
  key_id: string;
  host: string;
  sdk: string;
  build: string;
  kinds: string[];
  concurrency: number;
  registered_at: Date;
  epoch: Generated<string>;
  last_heard_at: Date | null;
  left_at: Date | null;
  drain_reason: string | null;
  drain_at: Date | null;
  drain_by: string | null;
}

/** Every table of the schema, under its qualified name. */
export interface Tables {
  "scheduler.advisories": AdvisoriesTable;
  "scheduler.advisory_aliases": AdvisoryAliasesTable;
  "scheduler.advisory_packages": AdvisoryPackagesTable;
  "scheduler.artifacts": ArtifactsTable;
  "scheduler.audit": AuditTable;
  "scheduler.audit_heads": AuditHeadsTable;
  "scheduler.component_keys": ComponentKeysTable;
  "scheduler.components": ComponentsTable;
  "scheduler.deltas": DeltasTable;
  "scheduler.feed_sequence": FeedSequenceTable;
  "scheduler.findings": FindingsTable;
  "scheduler.fires": FiresTable;
  "scheduler.idempotency_keys": IdempotencyKeysTable;
  "scheduler.image_labels": ImageLabelsTable;
  "scheduler.image_results": ImageResultsTable;
  "scheduler.image_tags": ImageTagsTable;
  "scheduler.images": ImagesTable;
  "scheduler.job_attempts": JobAttemptsTable;
  "scheduler.jobs": JobsTable;
  "scheduler.late_results": LateResultsTable;
  "scheduler.outbox": OutboxTable;
  "scheduler.parked_jobs": ParkedJobsTable;
  "scheduler.pool_drains": PoolDrainsTable;
  "scheduler.pools": PoolsTable;
  "scheduler.queue_keys": QueueKeysTable;
  "scheduler.queue_limits": QueueLimitsTable;
  "scheduler.queue_pauses": QueuePausesTable;
  "scheduler.queues": QueuesTable;
  "scheduler.run_events": RunEventsTable;
  "scheduler.run_image_outcomes": RunImageOutcomesTable;
  "scheduler.run_images": RunImagesTable;
  "scheduler.runs": RunsTable;
  "scheduler.sbom_components": SbomComponentsTable;
  "scheduler.sboms": SbomsTable;
  "scheduler.schedules": SchedulesTable;
  "scheduler.watermarks": WatermarksTable;
  "scheduler.worker_keys": WorkerKeysTable;
  "scheduler.worker_tallies": WorkerTalliesTable;
  "scheduler.workers": WorkersTable;
}
