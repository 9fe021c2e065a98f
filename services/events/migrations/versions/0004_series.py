"""series"""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with the tables of this step."""


def downgrade() -> None:
    """As upgrade."""
