"""What does the whole engine need? Appointments, rooms, policies, waitlists, passes, the ledger, alarms."""

from __future__ import annotations

from alembic import context, op

from services.booking.payments.ddl import PAYMENTS, REFUNDS
from shared.db import SYSTEM_ROLE
from shared.migrate import tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEATED = "('held', 'pending_payment', 'pending_approval', 'confirmed', 'attended', 'no_show')"

# Policies and working hours are read whole, so they are stored whole (validated by the classes that read them).
CATALOGUE = (
    "ALTER TABLE booking.tenants ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE booking.staff ADD COLUMN availability jsonb",
    """CREATE TABLE booking.locations (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        address text,
        closures jsonb NOT NULL DEFAULT '{}',
        position integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT locations_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT locations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id)
    )""",
    """CREATE TABLE booking.resources (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        location_id uuid,
        kind text NOT NULL,
        name text NOT NULL,
        position integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT resources_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT resources_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id),
        CONSTRAINT resources_location_id_fkey FOREIGN KEY (tenant_id, location_id)
            REFERENCES booking.locations (tenant_id, id),
        CONSTRAINT resources_kind_check CHECK (kind IN ('room', 'equipment'))
    )""",
    """ALTER TABLE booking.services
        ADD COLUMN kind text NOT NULL DEFAULT 'class',
        ADD COLUMN location_id uuid,
        ADD COLUMN online boolean NOT NULL DEFAULT false,
        ADD COLUMN level text,
        ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
        ADD COLUMN image text,
        ADD COLUMN buffer_before_minutes integer NOT NULL DEFAULT 0,
        ADD COLUMN buffer_after_minutes integer NOT NULL DEFAULT 0,
        ADD COLUMN policy jsonb NOT NULL DEFAULT '{}',
        ADD CONSTRAINT services_location_id_fkey FOREIGN KEY (tenant_id, location_id)
            REFERENCES booking.locations (tenant_id, id),
        ADD CONSTRAINT services_kind_check CHECK (kind IN ('class', 'appointment')),
        ADD CONSTRAINT services_buffer_check CHECK (buffer_before_minutes >= 0 AND buffer_after_minutes >= 0)""",
    """CREATE TABLE booking.service_resources (
        tenant_id uuid NOT NULL,
        service_id uuid NOT NULL,
        need integer NOT NULL,
        resource_id uuid NOT NULL,
        CONSTRAINT service_resources_pkey PRIMARY KEY (tenant_id, service_id, need, resource_id),
        CONSTRAINT service_resources_service_id_fkey FOREIGN KEY (tenant_id, service_id)
            REFERENCES booking.services (tenant_id, id),
        CONSTRAINT service_resources_resource_id_fkey FOREIGN KEY (tenant_id, resource_id)
            REFERENCES booking.resources (tenant_id, id)
    )""",
    """ALTER TABLE booking.schedules
        ADD COLUMN series_id uuid,
        ADD COLUMN split_from uuid,
        ADD COLUMN room_id uuid,
        ADD COLUMN duration_minutes integer,
        ADD COLUMN until date,
        ADD COLUMN left_out text[] NOT NULL DEFAULT '{}',
        ADD COLUMN extra timestamp[] NOT NULL DEFAULT '{}',
        ADD COLUMN times time[] NOT NULL DEFAULT '{}',
        ADD COLUMN first_times jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN version bigint NOT NULL DEFAULT 0,
        ADD CONSTRAINT schedules_version_check CHECK (version >= 0),
        ADD CONSTRAINT schedules_room_id_fkey FOREIGN KEY (tenant_id, room_id)
            REFERENCES booking.resources (tenant_id, id)""",
    "UPDATE booking.schedules SET series_id = id",
)

# Who and what a session occupies follows from its row by trigger, so no writer can forget it. `busy` has the buffers
# of both sides (they add up); a row that ignores buffers is held apart from the others by `during` alone.
SESSIONS = (
    "ALTER TABLE booking.sessions DROP CONSTRAINT sessions_staff_busy_excl",
    """ALTER TABLE booking.sessions
        ADD COLUMN kind text NOT NULL DEFAULT 'class',
        ADD COLUMN resource_ids uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN buffer_before_minutes integer NOT NULL DEFAULT 0,
        ADD COLUMN buffer_after_minutes integer NOT NULL DEFAULT 0,
        ADD COLUMN ignores_buffers boolean NOT NULL DEFAULT false,
        ADD COLUMN held_back integer NOT NULL DEFAULT 0,
        ADD COLUMN local_start timestamp,
        ADD COLUMN overrides text[] NOT NULL DEFAULT '{}',
        ADD COLUMN cancel_reason text,
        ADD COLUMN due_at timestamptz,
        ADD CONSTRAINT sessions_kind_check CHECK (kind IN ('class', 'appointment')),
        ADD CONSTRAINT sessions_held_back_check CHECK (held_back >= 0)""",
    # Only sessions with something to wait for have a due time.
    "CREATE INDEX sessions_due_at_idx ON booking.sessions (due_at) WHERE due_at IS NOT NULL",
    """CREATE TABLE booking.occupancies (
        tenant_id uuid NOT NULL,
        session_id uuid NOT NULL,
        resource_id uuid NOT NULL,
        during tstzrange NOT NULL,
        busy tstzrange NOT NULL,
        ignores_buffers boolean NOT NULL DEFAULT false,
        CONSTRAINT occupancies_pkey PRIMARY KEY (tenant_id, session_id, resource_id),
        CONSTRAINT occupancies_session_id_fkey FOREIGN KEY (tenant_id, session_id)
            REFERENCES booking.sessions (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT occupancies_during_excl EXCLUDE USING gist (
            tenant_id WITH =, resource_id WITH =, during WITH &&
        ),
        CONSTRAINT occupancies_busy_excl EXCLUDE USING gist (
            tenant_id WITH =, resource_id WITH =, busy WITH &&
        ) WHERE (NOT ignores_buffers)
    )""",
    """CREATE FUNCTION booking.occupy() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        DELETE FROM booking.occupancies WHERE tenant_id = NEW.tenant_id AND session_id = NEW.id;
        IF NEW.status <> 'cancelled' THEN
            INSERT INTO booking.occupancies (tenant_id, session_id, resource_id, during, busy, ignores_buffers)
            SELECT NEW.tenant_id, NEW.id, r, tstzrange(NEW.starts_at, NEW.ends_at),
                   tstzrange(NEW.starts_at - make_interval(mins => NEW.buffer_before_minutes),
                             NEW.ends_at + make_interval(mins => NEW.buffer_after_minutes)), NEW.ignores_buffers
            FROM (SELECT NEW.staff_id AS r UNION SELECT unnest(NEW.resource_ids)) AS needed WHERE r IS NOT NULL;
        END IF;
        RETURN NULL;
    END $body$""",
    """CREATE TRIGGER occupy AFTER INSERT OR UPDATE OF
        staff_id, resource_ids, starts_at, ends_at, status, buffer_before_minutes, buffer_after_minutes, ignores_buffers
        ON booking.sessions FOR EACH ROW EXECUTE FUNCTION booking.occupy()""",
    "UPDATE booking.sessions SET status = status",
)

PEOPLE = (
    """ALTER TABLE booking.customers
        ADD COLUMN version bigint NOT NULL DEFAULT 0,
        ADD COLUMN full_name text,
        ADD COLUMN language text,
        ADD COLUMN timezone text,
        ADD COLUMN tier text,
        ADD COLUMN notes text,
        ADD COLUMN marketing_consent_at timestamptz,
        ADD COLUMN blocked_at timestamptz,
        ADD COLUMN blocked_reason text,
        ADD COLUMN merged_into uuid,
        ADD COLUMN erased_at timestamptz""",
    "CREATE INDEX customer_identities_customer_id_idx ON booking.customer_identities (tenant_id, customer_id)",
    "CREATE INDEX customers_merged_into_idx ON booking.customers (tenant_id, merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX customers_phone_idx ON booking.customers (tenant_id, phone) WHERE phone IS NOT NULL",
)

BOOKINGS = (
    "ALTER TABLE booking.bookings DROP CONSTRAINT bookings_status_check",
    "ALTER TABLE booking.bookings DROP CONSTRAINT bookings_cancelled_at_check",
    "DROP INDEX booking.bookings_session_id_customer_id_key",
    "DROP INDEX booking.bookings_customer_id_idx",
    """ALTER TABLE booking.bookings
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN attendees jsonb,
        ADD COLUMN method text NOT NULL DEFAULT 'at_business',
        ADD COLUMN pass_id uuid,
        ADD COLUMN credits integer NOT NULL DEFAULT 0,
        ADD COLUMN paid integer NOT NULL DEFAULT 0,
        ADD COLUMN refunded integer NOT NULL DEFAULT 0,
        ADD COLUMN fee integer NOT NULL DEFAULT 0,
        ADD COLUMN due_now integer NOT NULL DEFAULT 0,
        ADD COLUMN quote jsonb,
        ADD COLUMN promo_id uuid,
        ADD COLUMN payment_id uuid,
        ADD COLUMN pay_link text,
        ADD COLUMN entry_id uuid,
        ADD COLUMN series_id uuid,
        ADD COLUMN moved_from uuid,
        ADD COLUMN cancelled_by text,
        ADD COLUMN cancel_reason text,
        ADD CONSTRAINT bookings_status_check CHECK (status IN ('held', 'pending_payment', 'pending_approval',
            'confirmed', 'attended', 'no_show', 'cancelled', 'expired')),
        ADD CONSTRAINT bookings_cancelled_at_check
            CHECK ((status IN ('cancelled', 'expired')) = (cancelled_at IS NOT NULL)),
        ADD CONSTRAINT bookings_expires_at_check
            CHECK (status NOT IN ('held', 'pending_payment') OR expires_at IS NOT NULL)""",
    "CREATE UNIQUE INDEX bookings_session_id_customer_id_key ON booking.bookings"
    f" (tenant_id, session_id, customer_id) WHERE status IN {SEATED}",
    "CREATE INDEX bookings_customer_id_idx ON booking.bookings (tenant_id, customer_id)",
    """CREATE TABLE booking.waitlist_entries (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        session_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        party_size integer NOT NULL,
        priority integer NOT NULL DEFAULT 0,
        status text NOT NULL,
        method text,
        contact jsonb NOT NULL,
        booking_id uuid,
        request_id uuid,
        joined_at timestamptz NOT NULL,
        offered_at timestamptz,
        offer_expires_at timestamptz,
        ended_at timestamptz,
        CONSTRAINT waitlist_entries_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT waitlist_entries_session_id_fkey FOREIGN KEY (tenant_id, session_id)
            REFERENCES booking.sessions (tenant_id, id),
        CONSTRAINT waitlist_entries_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
            REFERENCES booking.customers (tenant_id, id),
        CONSTRAINT waitlist_entries_party_size_check CHECK (party_size > 0),
        CONSTRAINT waitlist_entries_status_check CHECK (status IN
            ('waiting', 'offered', 'accepted', 'declined', 'expired', 'withdrawn'))
    )""",
    "CREATE UNIQUE INDEX waitlist_entries_session_id_customer_id_key ON booking.waitlist_entries"
    " (tenant_id, session_id, customer_id) WHERE status IN ('waiting', 'offered')",
    "CREATE INDEX waitlist_entries_session_id_idx ON booking.waitlist_entries (tenant_id, session_id)"
    " WHERE status IN ('waiting', 'offered')",
    "CREATE INDEX waitlist_entries_customer_id_idx ON booking.waitlist_entries (tenant_id, customer_id)",
    """CREATE TABLE booking.standing_requests (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        customer_id uuid NOT NULL,
        wish jsonb NOT NULL,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT standing_requests_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT standing_requests_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
            REFERENCES booking.customers (tenant_id, id),
        CONSTRAINT standing_requests_status_check CHECK (status IN ('open', 'fulfilled', 'withdrawn', 'expired'))
    )""",
    "CREATE INDEX standing_requests_customer_id_idx ON booking.standing_requests (tenant_id, customer_id)",
)

MONEY = (
    """CREATE TABLE booking.pass_products (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        key text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        price integer NOT NULL,
        terms jsonb NOT NULL,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT pass_products_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT pass_products_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id),
        CONSTRAINT pass_products_tenant_id_key_key UNIQUE (tenant_id, key),
        CONSTRAINT pass_products_kind_check CHECK (kind IN ('pack', 'membership', 'gift_card'))
    )""",
    # `version` is what makes the last credit go to one only: every use of a pass is conditional on it.
    """CREATE TABLE booking.passes (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        customer_id uuid,
        product_id uuid,
        name text NOT NULL,
        kind text NOT NULL,
        terms jsonb NOT NULL,
        code text,
        version bigint NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'active',
        created_at timestamptz NOT NULL,
        CONSTRAINT passes_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT passes_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
            REFERENCES booking.customers (tenant_id, id),
        CONSTRAINT passes_product_id_fkey FOREIGN KEY (tenant_id, product_id)
            REFERENCES booking.pass_products (tenant_id, id),
        CONSTRAINT passes_tenant_id_code_key UNIQUE (tenant_id, code),
        CONSTRAINT passes_kind_check CHECK (kind IN ('pack', 'membership', 'gift_card')),
        CONSTRAINT passes_status_check CHECK (status IN ('active', 'blocked', 'ended'))
    )""",
    "CREATE INDEX passes_customer_id_idx ON booking.passes (tenant_id, customer_id)",
    """CREATE TABLE booking.promo_codes (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        code text NOT NULL,
        rule jsonb NOT NULL,
        max_uses integer,
        uses integer NOT NULL DEFAULT 0,
        active boolean NOT NULL DEFAULT true,
        CONSTRAINT promo_codes_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT promo_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES booking.tenants (tenant_id),
        CONSTRAINT promo_codes_tenant_id_code_key UNIQUE (tenant_id, code),
        CONSTRAINT promo_codes_uses_check CHECK (uses >= 0)
    )""",
    # Insert and select only: nothing is overwritten, not even by us.
    """CREATE TABLE booking.ledger_entries (
        tenant_id uuid NOT NULL,
        transaction_id uuid NOT NULL,
        line integer NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        account text NOT NULL,
        unit text NOT NULL,
        amount bigint NOT NULL,
        customer_id uuid,
        booking_id uuid,
        pass_id uuid,
        reason text,
        CONSTRAINT ledger_entries_pkey PRIMARY KEY (tenant_id, transaction_id, line)
    )""",
    "CREATE INDEX ledger_entries_customer_id_idx ON booking.ledger_entries (tenant_id, customer_id)",
    "CREATE INDEX ledger_entries_booking_id_idx ON booking.ledger_entries (tenant_id, booking_id)",
    "CREATE INDEX ledger_entries_pass_id_idx ON booking.ledger_entries (tenant_id, pass_id) WHERE pass_id IS NOT NULL",
)

TENANT_TABLES = (
    "locations", "resources", "service_resources", "occupancies", "waitlist_entries", "standing_requests",
    "pass_products", "passes", "promo_codes",
)  # fmt: skip


def upgrade() -> None:
    for statement in (*CATALOGUE, *SESSIONS, *PEOPLE, *BOOKINGS, *MONEY, *PAYMENTS, *REFUNDS):
        op.execute(statement)
    for table in TENANT_TABLES:
        tenant_table("booking", table)
    tenant_table("booking", "ledger_entries", app="SELECT, INSERT")
    # The payment runner and the alarm clock work for all tenants; the latter sees ids and times only.
    for table in ("payments", "refunds"):
        tenant_table("booking", table, system="SELECT, UPDATE")
    op.execute(f"CREATE POLICY system ON booking.sessions FOR SELECT TO {SYSTEM_ROLE} USING (true)")
    op.execute(f"GRANT SELECT (tenant_id, id, due_at) ON booking.sessions TO {SYSTEM_ROLE}")
    op.execute(f'GRANT EXECUTE ON FUNCTION booking.occupy() TO "{context.config.attributes["app_role"]}"')


def downgrade() -> None:
    raise NotImplementedError("0002 rewrites constraints: restore a backup instead.")
