"""Appeals, whether the user was told, and until when a measure was renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = "delivered = 'sent' AND withdrawal = 'none'"
WITHHELD = "value = 'withheld' AND newest = 'yes'"


def upgrade() -> None:
    op.add_column("cases", sa.Column("reviewed_until", sa.Float(), nullable=True))
    _index("ix_cases_standing", "cases", ["sent_at", "reviewed_until", "closed", "delivered", "withdrawal", "batch"], STANDING)
    op.create_table(
        "appeals",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case", ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("from", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.Float(), nullable=True),
    )
    op.create_index("ix_appeals_case", "appeals", ["case"], unique=False)
    _index("ix_appeals_open", "appeals", ["due_at"], "outcome = ''")
    op.create_table(
        "notifications",
        sa.Column("id", ID, primary_key=True),
        sa.Column("case", ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=True),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("newest", sa.Text(), server_default="yes", nullable=False),
    )
    op.create_index("ix_notifications_case", "notifications", ["case"], unique=False)
    _index("ix_notifications_withheld", "notifications", ["until"], WITHHELD)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
