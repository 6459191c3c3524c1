"""A target has one open case under a basis, whichever step that case is: an import must meet the second step too."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = ["authority", "platform", "identity", "basis"]


def upgrade() -> None:
    still_open, linked = sa.text("closed = ''"), sa.text("follows IS NOT NULL")
    op.drop_index("uq_cases_open", table_name="cases")
    op.create_index("uq_cases_open", "cases", KEY, unique=True, sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("ix_cases_follows", "cases", ["follows"], unique=False, sqlite_where=linked, postgresql_where=linked)
