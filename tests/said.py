"""What was logged in a test, by the names and fields of its lines."""

from typing import Any

import pytest


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the lines of ours with their fields, in the order in which they were said."""
    return [dict(record.msg) for record in caplog.records if isinstance(record.msg, dict)]
