"""What the auditor found right before: while not a byte of a case has changed, deriving it anew gives the same. Pure.

Kept in memory alone, 24 bytes a case, so a process that starts (perhaps with other rules, or on a database that was put back)
takes nothing for right that it did not derive itself. Rounds go over the cases in the order of their ids, so the list of the last
round is walked beside the list of this one.
"""

_KEY, _ENTRY = 16, 24


class Examined:
    """The cases of the last whole round, each with a stamp of all that the tables held of it."""

    def __init__(self) -> None:
        self._before, self._now = bytearray(), bytearray()
        self._at = 0
        self._is_whole = False

    def begin(self, *, anew: bool) -> None:
        """Begin a round; `anew`: nothing that was found right before counts. A round that was broken off is forgotten."""
        if anew:
            self._before = bytearray()
        elif self._is_whole:
            self._before = self._now
        self._now, self._at, self._is_whole = bytearray(), 0, False

    def is_unchanged(self, case: str, stamp: int) -> bool:
        """Tell whether a case was right in the last round and is byte for byte the same; keep it for the next one if so."""
        entry = _entry(case, stamp)
        while self._at < len(self._before) and self._before[self._at : self._at + _KEY] < entry[:_KEY]:
            self._at += _ENTRY
        is_same = bool(entry) and self._before[self._at : self._at + _ENTRY] == entry
        if is_same:
            self._now += entry
        return is_same

    def note(self, case: str, stamp: int) -> None:
        """Take note that a case was derived anew and found right."""
        self._now += _entry(case, stamp)

    def end(self) -> None:
        """Take note that the round came to its end."""
        self._is_whole = True


def _entry(case: str, stamp: int) -> bytes:
    """Return what is kept of a case: its id as 16 bytes and its stamp as 8; nothing for an id of another form."""
    try:
        key = bytes.fromhex(case.replace("-", ""))
    except ValueError:
        return b""
    return key + stamp.to_bytes(8, "big", signed=True) if len(key) == _KEY else b""
