"""What a policy may say. In the sandbox it is `[policy]` of takedown.toml, in live a file that the oversight key signed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Policy(Section):
    """Every limit counts cases. `approvals`: people other than the planner; 0 only in the sandbox."""

    approvals: int = Field(default=1, ge=0, le=5)
    approvers: tuple[str, ...] = ()
    max_cases_per_plan: int = Field(default=2000, ge=1)
    sample_above: int = Field(default=500, ge=0, description="Above so many cases a sample is walked, a verdict for each")
    sample_size: int = Field(default=10, ge=1, le=200)
