"""What a plan asks of its reviewers, when it was approved, and how much of what it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

HELD = """INSERT INTO volumes (plan, platform, organisation, basis, cases)
  SELECT requests.plan, cases.platform, cases.organisation, cases.basis, count(*)
  FROM requests JOIN request_cases ON request_cases.request = requests.id JOIN cases ON cases.id = request_cases."case"
  WHERE requests.purpose = 'removal' GROUP BY requests.plan, cases.platform, cases.organisation, cases.basis"""
APPROVED = "UPDATE plans SET approved_at = created_at WHERE state = 'approved'"


def upgrade() -> None:
    op.add_column("plans", sa.Column("demands", sa.Text(), server_default="", nullable=False))
    op.add_column("plans", sa.Column("approved_at", sa.Float(), nullable=True))
    op.create_index("ix_plans_approved", "plans", ["approved_at"], unique=False)
    op.create_table(
        "volumes",
        sa.Column("plan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.ForeignKey("plans.id"), primary_key=True),
        sa.Column("platform", sa.Text(), primary_key=True),
        sa.Column("organisation", sa.Text(), primary_key=True),
        sa.Column("basis", sa.Text(), primary_key=True),
        sa.Column("cases", sa.Integer(), nullable=False),
    )
    for statement in (HELD, APPROVED):
        op.execute(sa.text(statement))
