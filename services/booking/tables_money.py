"""How are money and passes stored? Products, passes, promo codes, the ledger, and what the card processor is asked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.booking.tables_base import INSTANT, belongs, of_tenant, table

pass_products = table(
    "pass_products",
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("price", Integer, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    of_tenant(),
    UniqueConstraint("tenant_id", "key", name="pass_products_tenant_id_key_key"),
)

passes = table(
    "passes",
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid),
    Column("product_id", Uuid),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("code", Text),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    belongs("customer_id", "customers"),
    belongs("product_id", "pass_products"),
    UniqueConstraint("tenant_id", "code", name="passes_tenant_id_code_key"),
    Index("passes_customer_id_idx", "tenant_id", "customer_id"),
)

promo_codes = table(
    "promo_codes",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("rule", JSONB, nullable=False),
    Column("max_uses", Integer),
    Column("uses", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    of_tenant(),
    UniqueConstraint("tenant_id", "code", name="promo_codes_tenant_id_code_key"),
)

ledger_entries = table(
    "ledger_entries",
    Column("transaction_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("customer_id", Uuid),
    Column("booking_id", Uuid),
    Column("pass_id", Uuid),
    Column("reason", Text),
    Index("ledger_entries_customer_id_idx", "tenant_id", "customer_id"),
    Index("ledger_entries_booking_id_idx", "tenant_id", "booking_id"),
    Index("ledger_entries_pass_id_idx", "tenant_id", "pass_id", postgresql_where=text("pass_id IS NOT NULL")),
)

payments = table(
    "payments",
    Column("id", Uuid, primary_key=True),
    Column("booking_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("method", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("auto_capture", Boolean, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("wish", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text),
    Column("link", Text),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("error", Text),
    Column("declined_at", INSTANT),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", INSTANT),
    Column("revision", Integer, nullable=False),
    Column("report_attempts", Integer, nullable=False),
    Column("report_due_at", INSTANT),
    Index("payments_id_idx", "id"),
    Index("payments_booking_id_idx", "tenant_id", "booking_id"),
    Index(
        "payments_next_attempt_at_idx",
        "next_attempt_at",
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    ),
    Index("payments_report_due_at_idx", "report_due_at", postgresql_where=text("report_due_at IS NOT NULL")),
)

refunds = table(
    "refunds",
    Column("id", Uuid, primary_key=True),
    Column("payment_id", Uuid, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("reference", Text),
    Column("error", Text),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", INSTANT),
    Column("revision", Integer, nullable=False),
    Column("report_attempts", Integer, nullable=False),
    Column("report_due_at", INSTANT),
    belongs("payment_id", "payments"),
    Index("refunds_payment_id_idx", "tenant_id", "payment_id"),
    Index(
        "refunds_next_attempt_at_idx", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")
    ),
    Index("refunds_report_due_at_idx", "report_due_at", postgresql_where=text("report_due_at IS NOT NULL")),
)
