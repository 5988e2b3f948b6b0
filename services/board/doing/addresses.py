"""Where the form of an action is."""

from urllib.parse import quote


def address(case: str, action: str, over: str = "") -> str:
    """Return where the form of an action is, for something of a case."""
    return f"/zaak/{case}/doe/{action}" + (f"?over={quote(over, safe='')}" if over else "")
