/** First tables: tenants, configurations, secrets, tokens, usage, claims, events, audit. Statements of SQLite and PostgreSQL. */

export const ground = [
  `create table tenant (
    name text primary key,
    app_type text not null,
    schema_version bigint not null,
    ttl_seconds bigint not null,
    suspended bigint not null,
    insufficient_balance bigint not null,
    ai_budget bigint,
    budget_warned text,
    config bigint,
    revision bigint not null unique,
    created_at text not null
  )`,
  `create table domain (
    host text primary key,
    label text not null,
    tenant text not null references tenant (name)
  )`,
  'create index domain_label on domain (label)',
  'create index domain_tenant on domain (tenant)',
  `create table config_version (
    id bigint primary key,
    tenant text not null references tenant (name),
    config_version text not null,
    written text not null,
    config text not null,
    author text not null,
    at text not null,
    note text not null,
    parent text
  )`,
  'create index config_version_tenant on config_version (tenant, id)',
  `create table data_key (
    id text primary key,
    tenant text not null,
    kid text not null,
    wrapped text not null,
    at text not null
  )`,
  'create index data_key_tenant on data_key (tenant)',
  `create table credential (
    tenant text not null references tenant (name),
    ref text not null,
    provider text not null,
    version text not null,
    value text not null,
    data_key text not null,
    at text not null,
    primary key (tenant, ref)
  )`,
  `create table service_token (
    name text primary key,
    sha256 text not null unique,
    scopes text not null,
    created_at text not null,
    expires_at text,
    revoked_at text,
    last_used_at text
  )`,
  `create table usage_event (
    tenant text not null references tenant (name),
    key text not null,
    metric text not null,
    quantity bigint not null,
    unit text not null,
    occurred_at text not null,
    at text not null,
    primary key (tenant, key)
  )`,
  `create table usage_day (
    tenant text not null references tenant (name),
    day text not null,
    metric text not null,
    quantity bigint not null,
    primary key (tenant, day, metric)
  )`,
  `create table claim (
    tenant text not null references tenant (name),
    key text not null,
    holder text not null,
    version text not null,
    record text not null,
    created_at text not null,
    expires_at text not null,
    primary key (tenant, key)
  )`,
  `create table event (
    id text primary key,
    tenant text not null,
    type text not null,
    data text not null,
    at text not null
  )`,
  'create index event_at on event (at)',
  `create table webhook (
    id text primary key,
    tenant text not null,
    url text not null,
    secret text not null,
    data_key text not null,
    types text not null,
    at text not null,
    disabled_at text
  )`,
  `create table webhook_delivery (
    event text not null references event (id),
    webhook text not null references webhook (id) on delete cascade,
    state text not null,
    tries bigint not null,
    due_at text not null,
    leased_until text,
    error text,
    done_at text,
    primary key (event, webhook)
  )`,
  'create index webhook_delivery_due on webhook_delivery (state, due_at)',
  'create index webhook_delivery_webhook on webhook_delivery (webhook, state, due_at)',
  'create index webhook_delivery_done on webhook_delivery (done_at)',
  `create table invalidation (
    host text primary key,
    change text not null,
    tries bigint not null,
    due_at text not null,
    leased_until text
  )`,
  'create index invalidation_due on invalidation (due_at)',
  `create table audit (
    seq bigint primary key,
    at text not null,
    action text not null,
    actor text,
    tenant text,
    token text,
    request_id text not null,
    outcome text not null,
    detail text not null,
    hash text not null
  )`,
  'create index audit_tenant on audit (tenant, seq)',
  `create table audit_head (
    id bigint primary key,
    seq bigint not null,
    hash text not null
  )`,
]
