"""Waitlist entries are told of too, and every change of a booking in its customer's calendar is counted."""

from alembic import op

from shared.migrate import tenant_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE notifier.notifications ALTER COLUMN booking_id DROP NOT NULL, ADD COLUMN entry_id uuid"
    )
    op.execute(
        "ALTER TABLE notifier.notifications ADD CONSTRAINT notifications_about_check"
        " CHECK (num_nonnulls(booking_id, entry_id) = 1)"
    )
    op.execute(
        "CREATE INDEX notifications_entry_id_idx ON notifier.notifications (tenant_id, entry_id, purpose)"
        " WHERE entry_id IS NOT NULL"
    )
    op.execute(
        """CREATE TABLE notifier.calendars (
            tenant_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            sequence integer NOT NULL DEFAULT 0,
            changed_at timestamptz NOT NULL,
            CONSTRAINT calendars_pkey PRIMARY KEY (tenant_id, booking_id)
        )"""
    )
    tenant_table("notifier", "calendars", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.execute("DROP TABLE notifier.calendars")
    op.execute("DELETE FROM notifier.notifications WHERE booking_id IS NULL")
    op.execute(
        "ALTER TABLE notifier.notifications DROP COLUMN entry_id, ALTER COLUMN booking_id SET NOT NULL"
    )
