/** Tables of what people use: connections, operators, invitations and API keys. Statements of SQLite and PostgreSQL. */

export const people = [
  `create table connection (
    tenant text not null references tenant (name),
    ref text not null,
    provider text not null,
    account text not null,
    account_id text not null,
    hint text not null,
    connected_at text not null,
    connected_by text not null,
    token_at text not null,
    expires_at text,
    checked_at text not null,
    due_at text not null,
    leased_until text,
    lease text,
    failures bigint not null,
    failing_since text,
    broken_at text,
    warned_of text,
    error_code text not null,
    error_words text not null,
    primary key (tenant, ref)
  )`,
  // Broken connections are due no more, but there may be many.
  'create index connection_due on connection (due_at) where broken_at is null',
  `create table connection_attempt (
    id text primary key,
    tenant text not null references tenant (name),
    provider text not null,
    actor text not null,
    replaces bigint not null,
    return_to text not null,
    browser text,
    kept text not null,
    data_key text not null,
    at text not null,
    expires_at text not null,
    used_at text,
    error_code text not null,
    error_words text not null
  )`,
  'create index connection_attempt_expires on connection_attempt (expires_at)',
  'create index connection_attempt_tenant on connection_attempt (tenant, provider)',
  `create table notice_mail (
    event text primary key,
    tries bigint not null,
    due_at text not null,
    lease text,
    leased_until text
  )`,
  'create index notice_mail_due on notice_mail (due_at)',
  `create table vendor_app (
    server text not null,
    redirect_uri text not null,
    scopes text not null,
    value text not null,
    data_key text not null,
    at text not null,
    primary key (server, redirect_uri, scopes)
  )`,
  `create table operator (
    email text primary key,
    sessions_from text not null,
    signed_in_at text
  )`,
  `create table invitation (
    id text primary key,
    tenant text not null references tenant (name),
    email text not null,
    sha256 text not null unique,
    created_by text not null,
    at text not null,
    expires_at text not null,
    accepted_at text,
    revoked_at text
  )`,
  'create index invitation_tenant on invitation (tenant)',
  `create table api_key (
    id text primary key,
    tenant text not null references tenant (name),
    name text not null,
    sha256 text not null unique,
    scopes text not null,
    created_by text not null,
    at text not null,
    expires_at text
  )`,
  'create index api_key_tenant on api_key (tenant)',
  `create table config_served (
    tenant text primary key,
    config_version text not null,
    at text not null
  )`,
  // An operator unlocks the prompts where photographers may change them.
  `alter table tenant add column locked text not null default 'ai'`,
] as const
