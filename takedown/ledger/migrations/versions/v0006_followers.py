"""An account may have more followers than PostgreSQL's INTEGER can count; SQLite's always could."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("cases", "followers", type_=sa.BigInteger())
