"""Cases that are held, renamed or back again: what a person must decide before anything more is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTIAL = {
    "ix_cases_held": (["closed", "platform", "batch", "held"], "held <> ''"),
    "ix_cases_moved": (["closed", "platform", "batch", "moved_to"], "moved_to <> ''"),
    "ix_cases_back": (
        [
            "platform",
            "kind",
            "basis",
            "organisation",
            "batch",
            "claimed",
            "observed",
            "closed",
            "gone_at",
            "created_at",
            "sent_at",
        ],
        "gone_at IS NOT NULL AND observed = 'available' AND closed = ''",
    ),
    "ix_cases_watched": (["gone_at"], "closed = 'done'"),
}
BACK = """INSERT INTO returns ("case", url, seen_at, state)
  SELECT id, url, updated_at, 'open' FROM cases
  WHERE gone_at IS NOT NULL AND observed = 'available' AND closed = '' AND sent_at IS NOT NULL"""


def upgrade() -> None:
    for name in ("held", "moved_to"):
        op.add_column("cases", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name, (columns, where) in PARTIAL.items():
        only = sa.text(where)
        op.create_index(name, "cases", columns, unique=False, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "former_names",
        sa.Column("id", Id, nullable=False),
        sa.Column("case", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_former_names_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_names")),
    )
    op.create_index("ix_former_names_case", "former_names", ["case"], unique=False)
    op.create_table(
        "returns",
        sa.Column("id", Id, nullable=False),
        sa.Column("case", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("made", Id, nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_returns_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
    )
    op.create_index("ix_returns_case", "returns", ["case"], unique=False)
    only = sa.text("state = 'open'")
    op.create_index("ix_returns_open", "returns", ["case"], unique=False, sqlite_where=only, postgresql_where=only)
    op.execute(sa.text(BACK))
