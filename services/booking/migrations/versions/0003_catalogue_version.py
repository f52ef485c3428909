"""Has a tenant's catalogue changed since it was read? A count of its changes that every other read can bring along."""

from __future__ import annotations

from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTED = ("services", "staff", "locations", "resources", "service_staff", "service_resources")

# By trigger, so no writer can forget it. The functions run with the rights of whoever writes, under row-level security:
# a tenant's rows are written by that tenant, who may count up its own. Counted up in the transaction of the change, so
# both are seen together or not at all.
COUNT = (
    "ALTER TABLE booking.tenants ADD COLUMN catalogue bigint NOT NULL DEFAULT 0",
    """CREATE FUNCTION booking.count_tenant_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        NEW.catalogue = OLD.catalogue + 1;
        RETURN NEW;
    END $body$""",
    """CREATE TRIGGER count_tenant_change BEFORE UPDATE ON booking.tenants FOR EACH ROW
        WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION booking.count_tenant_change()""",
    """CREATE FUNCTION booking.count_catalogue_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF TG_OP <> 'UPDATE' OR NEW IS DISTINCT FROM OLD THEN
            UPDATE booking.tenants SET catalogue = catalogue + 1
            WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id);
        END IF;
        RETURN NULL;
    END $body$""",
)


def upgrade() -> None:
    for statement in COUNT:
        op.execute(statement)
    for table in COUNTED:
        op.execute(
            f"CREATE TRIGGER count_catalogue_change AFTER INSERT OR UPDATE OR DELETE ON booking.{table}"
            " FOR EACH ROW EXECUTE FUNCTION booking.count_catalogue_change()"
        )
    role = context.config.attributes["app_role"]
    for function in ("count_tenant_change", "count_catalogue_change"):
        op.execute(f'GRANT EXECUTE ON FUNCTION booking.{function}() TO "{role}"')


def downgrade() -> None:
    for table in COUNTED:
        op.execute(f"DROP TRIGGER count_catalogue_change ON booking.{table}")
    op.execute("DROP TRIGGER count_tenant_change ON booking.tenants")
    op.execute("DROP FUNCTION booking.count_catalogue_change()")
    op.execute("DROP FUNCTION booking.count_tenant_change()")
    op.execute("ALTER TABLE booking.tenants DROP COLUMN catalogue")
