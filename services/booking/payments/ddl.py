"""Which tables do payments need? Statements for the migration; row-level security and grants are added by its helper."""

from __future__ import annotations

PAYMENTS = [
    """CREATE TABLE booking.payments (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        booking_id uuid NOT NULL,
        session_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        method text NOT NULL DEFAULT 'card',
        amount bigint NOT NULL,
        currency text NOT NULL,
        description text NOT NULL,
        return_url text NOT NULL,
        auto_capture boolean NOT NULL DEFAULT true,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        wish text NOT NULL DEFAULT 'pay',
        status text NOT NULL DEFAULT 'requested',
        reference text,
        link text,
        captured bigint NOT NULL DEFAULT 0,
        refunded bigint NOT NULL DEFAULT 0,
        error text,
        declined_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        revision integer NOT NULL DEFAULT 0,
        report_attempts integer NOT NULL DEFAULT 0,
        report_due_at timestamptz,
        CONSTRAINT payments_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT payments_amount_check CHECK (amount > 0),
        CONSTRAINT payments_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT payments_wish_check CHECK (wish IN ('pay', 'capture', 'void')),
        CONSTRAINT payments_status_check CHECK (status IN ('requested', 'created', 'authorised', 'captured',
            'partly_refunded', 'refunded', 'failed', 'voided', 'disputed')),
        CONSTRAINT payments_totals_check CHECK (captured >= 0 AND refunded >= 0)
    )""",
    # Callbacks carry the payment's id and not its tenant.
    "CREATE INDEX payments_id_idx ON booking.payments (id)",
    "CREATE INDEX payments_booking_id_idx ON booking.payments (tenant_id, booking_id)",
    "CREATE INDEX payments_next_attempt_at_idx ON booking.payments (next_attempt_at)"
    " WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX payments_report_due_at_idx ON booking.payments (report_due_at)"
    " WHERE report_due_at IS NOT NULL",
]

REFUNDS = [
    """CREATE TABLE booking.refunds (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        payment_id uuid NOT NULL,
        amount bigint NOT NULL,
        status text NOT NULL DEFAULT 'requested',
        round integer NOT NULL DEFAULT 1,
        reference text,
        error text,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        revision integer NOT NULL DEFAULT 0,
        report_attempts integer NOT NULL DEFAULT 0,
        report_due_at timestamptz,
        CONSTRAINT refunds_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT refunds_payment_id_fkey FOREIGN KEY (tenant_id, payment_id)
            REFERENCES booking.payments (tenant_id, id),
        CONSTRAINT refunds_amount_check CHECK (amount > 0),
        CONSTRAINT refunds_round_check CHECK (round > 0),
        CONSTRAINT refunds_status_check CHECK (status IN ('requested', 'pending', 'done', 'failed'))
    )""",
    "CREATE INDEX refunds_payment_id_idx ON booking.refunds (tenant_id, payment_id)",
    "CREATE INDEX refunds_next_attempt_at_idx ON booking.refunds (next_attempt_at)"
    " WHERE next_attempt_at IS NOT NULL",
    "CREATE INDEX refunds_report_due_at_idx ON booking.refunds (report_due_at)"
    " WHERE report_due_at IS NOT NULL",
]

SYSTEM_PRIVILEGES = "SELECT, UPDATE"
"""What `usher_system` may do with both tables: find what is due in any tenant, and put off its next try."""
