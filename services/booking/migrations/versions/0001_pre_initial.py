"""Which tables does booking begin with? Tenants and what they offer, dated sessions, customers, bookings, outcomes."""

from __future__ import annotations

from alembic import op

from shared.migrate import dead_letters_table, outbox_table, tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Keys are composite with the tenant, so that no foreign key can reach another tenant's row (row-level security
# does not look at foreign-key checks).
CATALOGUE = (
    """CREATE TABLE booking.tenants (
        tenant_id uuid NOT NULL,
        slug text NOT NULL,
        name text NOT NULL,
        timezone text NOT NULL,
        currency text NOT NULL,
        language text NOT NULL,
        address text,
        phone text,
        description text,
        opening_hours text,
        CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id),
        CONSTRAINT tenants_slug_key UNIQUE (slug),
        CONSTRAINT tenants_currency_check CHECK (currency ~ '^[A-Z]{3}$')
    )""",
    """CREATE TABLE booking.staff (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        role text,
        bio text,
        synonyms text[] NOT NULL DEFAULT '{}',
        position integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT staff_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT staff_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id)
    )""",
    """CREATE TABLE booking.services (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        description text,
        duration_minutes integer NOT NULL,
        price integer NOT NULL,
        capacity integer NOT NULL,
        synonyms text[] NOT NULL DEFAULT '{}',
        cancellation_deadline_minutes integer NOT NULL DEFAULT 120,
        position integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT services_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT services_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id),
        CONSTRAINT services_duration_minutes_check CHECK (duration_minutes > 0),
        CONSTRAINT services_price_check CHECK (price >= 0),
        CONSTRAINT services_capacity_check CHECK (capacity > 0),
        CONSTRAINT services_cancellation_deadline_minutes_check CHECK (cancellation_deadline_minutes >= 0)
    )""",
    """CREATE TABLE booking.service_staff (
        tenant_id uuid NOT NULL,
        service_id uuid NOT NULL,
        staff_id uuid NOT NULL,
        CONSTRAINT service_staff_pkey PRIMARY KEY (tenant_id, service_id, staff_id),
        CONSTRAINT service_staff_service_id_fkey FOREIGN KEY (tenant_id, service_id)
            REFERENCES booking.services (tenant_id, id),
        CONSTRAINT service_staff_staff_id_fkey FOREIGN KEY (tenant_id, staff_id)
            REFERENCES booking.staff (tenant_id, id)
    )""",
    """CREATE TABLE booking.schedules (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        service_id uuid NOT NULL,
        staff_id uuid,
        rrule text NOT NULL,
        starts_on date NOT NULL,
        starts_at_local time NOT NULL,
        capacity integer,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT schedules_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT schedules_service_id_fkey FOREIGN KEY (tenant_id, service_id)
            REFERENCES booking.services (tenant_id, id),
        CONSTRAINT schedules_staff_id_fkey FOREIGN KEY (tenant_id, staff_id)
            REFERENCES booking.staff (tenant_id, id),
        CONSTRAINT schedules_capacity_check CHECK (capacity > 0)
    )""",
)

# No index of sessions covers seats_taken or version, so a booking's update of the row stays a heap-only one.
SESSIONS = (
    """CREATE TABLE booking.sessions (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        schedule_id uuid,
        service_id uuid NOT NULL,
        staff_id uuid,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        capacity integer NOT NULL,
        seats_taken integer NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'scheduled',
        CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT sessions_schedule_id_fkey FOREIGN KEY (tenant_id, schedule_id)
            REFERENCES booking.schedules (tenant_id, id),
        CONSTRAINT sessions_service_id_fkey FOREIGN KEY (tenant_id, service_id)
            REFERENCES booking.services (tenant_id, id),
        CONSTRAINT sessions_staff_id_fkey FOREIGN KEY (tenant_id, staff_id)
            REFERENCES booking.staff (tenant_id, id),
        CONSTRAINT sessions_ends_at_check CHECK (ends_at > starts_at),
        CONSTRAINT sessions_seats_taken_check CHECK (seats_taken BETWEEN 0 AND capacity),
        CONSTRAINT sessions_status_check CHECK (status IN ('scheduled', 'cancelled')),
        CONSTRAINT sessions_staff_busy_excl EXCLUDE USING gist (
            tenant_id WITH =, staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&
        ) WHERE (status <> 'cancelled')
    ) WITH (fillfactor = 80)""",
    "CREATE INDEX sessions_starts_at_idx ON booking.sessions (tenant_id, starts_at)",
    "CREATE INDEX sessions_service_id_starts_at_idx ON booking.sessions (tenant_id, service_id, starts_at)",
    "CREATE INDEX sessions_schedule_id_starts_at_idx ON booking.sessions (tenant_id, schedule_id, starts_at)",
)

BOOKINGS = (
    """CREATE TABLE booking.customers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text,
        phone text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id)
    )""",
    """CREATE TABLE booking.customer_identities (
        tenant_id uuid NOT NULL,
        channel text NOT NULL,
        user_id text NOT NULL,
        customer_id uuid NOT NULL,
        CONSTRAINT customer_identities_pkey PRIMARY KEY (tenant_id, channel, user_id),
        CONSTRAINT customer_identities_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
            REFERENCES booking.customers (tenant_id, id)
    )""",
    """CREATE TABLE booking.bookings (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        session_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        party_size integer NOT NULL,
        price integer NOT NULL,
        total integer NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        reference text NOT NULL,
        contact jsonb NOT NULL,
        booked_at timestamptz NOT NULL,
        cancelled_at timestamptz,
        CONSTRAINT bookings_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT bookings_session_id_fkey FOREIGN KEY (tenant_id, session_id)
            REFERENCES booking.sessions (tenant_id, id),
        CONSTRAINT bookings_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
            REFERENCES booking.customers (tenant_id, id),
        CONSTRAINT bookings_party_size_check CHECK (party_size > 0),
        CONSTRAINT bookings_status_check CHECK (status IN ('confirmed', 'cancelled')),
        CONSTRAINT bookings_cancelled_at_check CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX bookings_session_id_customer_id_key ON booking.bookings"
    " (tenant_id, session_id, customer_id) WHERE status = 'confirmed'",
    "CREATE INDEX bookings_session_id_idx ON booking.bookings (tenant_id, session_id)",
    "CREATE INDEX bookings_customer_id_idx ON booking.bookings (tenant_id, customer_id)"
    " WHERE status = 'confirmed'",
    """CREATE TABLE booking.command_outcomes (
        tenant_id uuid NOT NULL,
        command_id uuid NOT NULL,
        outcome jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT command_outcomes_pkey PRIMARY KEY (tenant_id, command_id)
    )""",
)

TENANT_TABLES = (
    "staff", "services", "service_staff", "schedules", "sessions",
    "customers", "customer_identities", "bookings", "command_outcomes",
)  # fmt: skip


def upgrade() -> None:
    for statement in (*CATALOGUE, *SESSIONS, *BOOKINGS):
        op.execute(statement)
    # The daily extension of the timetables must know which tenants there are; it works on each as that tenant.
    tenant_table("booking", "tenants", system="SELECT")
    for table in TENANT_TABLES:
        tenant_table("booking", table)
    outbox_table("booking")
    dead_letters_table("booking")


def downgrade() -> None:
    for table in ("dead_letters", "outbox", *reversed(TENANT_TABLES), "tenants"):
        op.execute(f"DROP TABLE booking.{table}")
