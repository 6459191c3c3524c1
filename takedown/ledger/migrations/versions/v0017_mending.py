"""What opens a lane that stopped, as whatever stopped it says."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("lanes", sa.Column("mend", sa.Text(), nullable=False, server_default=""))
