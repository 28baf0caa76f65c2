/** One step of the schema. Steps are only ever added at the end; one that has been released is never changed. */
export interface Migration {
  name: string
  /** Statements that both databases understand: text, integer, bigint, double precision. */
  statements: string[]
}

export const migrations: Migration[] = [
  {
    name: '001 feeds, items, labels',
    statements: [
      `create table feed_state (
        feed text primary key,
        url text not null,
        etag text,
        last_modified text,
        body_hash text,
        first_polled_at bigint,
        last_polled_at bigint,
        last_success_at bigint,
        next_poll_at bigint not null,
        failures integer not null,
        last_error text,
        items_seen integer not null
      )`,
      `create table item (
        id text primary key,
        feed text not null,
        identity text not null,
        revision text not null,
        title text not null,
        summary text not null,
        content text not null,
        url text,
        canonical_url text,
        kind text not null,
        language text not null,
        published_at bigint,
        first_seen_at bigint not null,
        updated_at bigint not null,
        baseline integer not null,
        classified_by text
      )`,
      'create unique index item_identity on item (feed, identity)',
      'create index item_first_seen on item (first_seen_at)',
      'create index item_canonical_url on item (canonical_url)',
      'create index item_classified on item (classified_by, first_seen_at)',
      `create table label (
        item text not null references item (id) on delete cascade,
        idea text not null,
        direction text not null,
        score double precision not null,
        evidence text not null,
        "by" text not null,
        primary key (item, idea)
      )`,
      'create index label_idea on label (idea)',
    ],
  },
  {
    name: '002 digests, subscribers, deliveries',
    statements: [
      `create table digest (
        number integer primary key,
        since bigint not null,
        until bigint not null,
        created_at bigint not null,
        released_at bigint,
        audience_at bigint,
        body text not null
      )`,
      `create table digest_item (
        digest integer not null references digest (number) on delete cascade,
        item text not null,
        primary key (digest, item)
      )`,
      'create index digest_item_item on digest_item (item)',
      `create table subscriber (
        id text primary key,
        email text not null,
        email_key text not null unique,
        confirmed_at bigint,
        unsubscribed_at bigint,
        created_at bigint not null
      )`,
      `create table suppression (
        email_hash text primary key,
        reason text not null,
        created_at bigint not null
      )`,
      `create table delivery (
        id text primary key,
        digest integer not null references digest (number) on delete cascade,
        medium text not null,
        target text not null,
        part integer not null,
        state text not null,
        attempts integer not null,
        due_at bigint not null,
        owner text,
        lease_until bigint,
        body_started_at bigint,
        settled_at bigint,
        receipt text,
        error text
      )`,
      'create unique index delivery_place on delivery (digest, medium, target, part)',
      'create index delivery_due on delivery (state, due_at)',
    ],
  },
  {
    name: '003 job runs and settings',
    statements: [
      `create table job_run (
        id text primary key,
        job text not null,
        owner text not null,
        lease_until bigint not null,
        started_at bigint not null,
        finished_at bigint,
        outcome text not null,
        counts text not null,
        error text
      )`,
      'create index job_run_started on job_run (job, started_at)',
      `create table setting (
        name text primary key,
        value text not null
      )`,
    ],
  },
  {
    name: '004 verdicts',
    statements: [
      `create table verdict (
        item text primary key references item (id) on delete cascade,
        labels text not null,
        given_at bigint not null
      )`,
    ],
  },
  {
    name: '005 digests held and corrected',
    statements: [
      'alter table digest add column held text',
      "alter table digest add column corrections text not null default '[]'",
      'create index item_feed_seen on item (feed, first_seen_at)',
    ],
  },
  {
    name: '006 gaps',
    statements: [
      `create table gap (
        question text primary key,
        times integer not null,
        first_asked_at bigint not null,
        last_asked_at bigint not null
      )`,
      'create index item_happened on item (coalesce(published_at, first_seen_at))',
    ],
  },
  {
    name: '007 channels, alerts, feedback',
    statements: [
      `create table guild (
        id text primary key,
        left_at bigint
      )`,
      `create table channel_subscription (
        channel text primary key,
        guild text not null,
        kind text not null,
        mode text not null,
        ideas text not null,
        directions text not null,
        role text,
        discuss integer not null,
        publish integer not null,
        alerts_a_day integer not null,
        made_by text not null,
        made_at bigint not null,
        failures integer not null,
        last_error text,
        paused_at bigint,
        notice text,
        notice_at bigint
      )`,
      'create index channel_subscription_guild on channel_subscription (guild)',
      `create table alert (
        id text primary key,
        items text not null,
        story text not null,
        made_at bigint not null
      )`,
      'create index alert_made on alert (made_at)',
      // A delivery may now belong to an alert, and be a step (publishing, a thread) that follows a message.
      `create table delivery_next (
        id text primary key,
        post text not null,
        digest integer references digest (number) on delete cascade,
        alert text references alert (id) on delete cascade,
        medium text not null,
        target text not null,
        part integer not null,
        step text not null,
        piece integer not null,
        wish text,
        state text not null,
        attempts integer not null,
        due_at bigint not null,
        owner text,
        lease_until bigint,
        body_started_at bigint,
        uncertain_since bigint,
        settled_at bigint,
        receipt text,
        error text
      )`,
      `insert into delivery_next
        select id, 'digest ' || cast(digest as text), digest, null, medium, target, part, 'message', part, null,
          state, attempts, due_at, owner, lease_until, body_started_at, null, settled_at, receipt, error
        from delivery`,
      'drop table delivery',
      'alter table delivery_next rename to delivery',
      'create unique index delivery_place on delivery (post, medium, target, part)',
      'create index delivery_due on delivery (state, due_at)',
      'create index delivery_target on delivery (medium, target, settled_at)',
      'create index delivery_digest on delivery (digest)',
      `create table answer (
        id text primary key,
        body text not null,
        answered_at bigint not null
      )`,
      'create index answer_answered on answer (answered_at)',
      `create table feedback (
        id text primary key,
        kind text not null,
        subject text not null,
        voter text not null,
        vote text not null,
        reason text,
        labels text,
        comment text not null,
        about text not null,
        given_at bigint not null
      )`,
      'create unique index feedback_voter on feedback (kind, subject, voter)',
      `create table suggestion (
        url text primary key,
        as_given text not null,
        times integer not null,
        first_at bigint not null,
        last_at bigint not null
      )`,
    ],
  },
  {
    name: '008 newsletter',
    statements: [
      "alter table subscriber add column ideas text not null default '[]'",
      "alter table subscriber add column directions text not null default '[]'",
      'alter table subscriber add column left_reason text',
      'alter table subscriber add column opt_in text',
      'alter table subscriber add column opt_in_at bigint',
      'alter table subscriber add column opt_in_choice text',
      'alter table subscriber add column soft_bounces integer not null default 0',
      'alter table subscriber add column bounced_at bigint',
      'create unique index subscriber_opt_in on subscriber (opt_in)',
      `create table sign_up (
        key text not null,
        at bigint not null
      )`,
      'create index sign_up_key on sign_up (key, at)',
      `create table mail_return (
        id text primary key,
        kind text not null,
        read_at bigint not null
      )`,
      'alter table digest add column paused text',
      'alter table digest add column approve_by bigint',
      "alter table digest add column edits text not null default '{}'",
      'alter table digest add column previewed_at bigint',
    ],
  },
  {
    name: '009 feeds over time',
    statements: [
      'alter table feed_state add column failing_since bigint',
      'alter table feed_state add column last_reason text',
      'alter table feed_state add column gone_times integer not null default 0',
      'alter table feed_state add column moved_to text',
      'alter table feed_state add column moved_times integer not null default 0',
      'alter table feed_state add column new_item_at bigint',
      'alter table feed_state add column newest_at bigint',
      'alter table feed_state add column rhythm_ms bigint',
      'alter table feed_state add column ttl_ms bigint',
      'alter table suggestion add column from_web integer not null default 0',
      "alter table suggestion add column notes text not null default ''",
      `create table item_alias (
        feed text not null,
        identity text not null,
        item text not null,
        primary key (identity, feed)
      )`,
      'alter table item add column stated_at bigint',
      'create index item_alias_item on item_alias (item)',
      'create index item_feed_title on item (feed, title)',
    ],
  },
  {
    name: '010 leases',
    statements: [
      `create table lease (
        name text primary key,
        owner text not null,
        until bigint not null
      )`,
    ],
  },
]
