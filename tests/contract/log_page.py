"""The page of log lines (docs/reference/log-lines.md), written from the table in the code: `make docs`."""

from ledger.log_line import FIELDS
from ledger.log_lines import LINES
from tests.contract.log_calls import ROOT

PAGE = ROOT / "docs" / "reference" / "log-lines.md"
BEGIN = """# Log lines

What services say in their logs: one line of JSON each, to standard error. Written from the table in the code
(`ledger/log_lines.py`) by `make docs`.

Every line has `event` (its name, as below), `level`, `logger` (the module that says it), `service` and `timestamp` (UTC); a warning
and worse has `next`, what to do, in the words below. Search for a name, not for a sentence: names stay as they are.

```
{"event": "agency_silent", "agency": "politie-nn", "lasts_hours": 31, "usual_hours": 9, "topic": "receipts.politie-nn",
 "level": "error", "logger": "services.intake.silent", "timestamp": "2026-11-28T09:12:44.123456Z", "service": "intake",
 "next": "Call it: the runbook WaakvlamAgencySilent."}
```

Settings that cannot be used are named in plain words before a service has begun to log. An agency's program hears the SDK through
its own logging: there the fields stand behind the name, `receipt_unreadable topic=… partition=… offset=… field=…`.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([BEGIN, *_lines(), "", *_fields(), ""])


def _lines() -> list[str]:
    lines = [
        "## Names",
        "",
        "| name | level | said by | fields | means | what to do |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in sorted(LINES.values(), key=lambda one: one.name):
        fields = ", ".join(f"`{one}`" for one in row.fields)
        lines.append(f"| `{row.name}` | {row.level} | {row.by} | {fields} | {row.meaning} | {row.do} |")
    return lines


def _fields() -> list[str]:
    begin = "No line has any other field. `error`, `place` and `message` stand in a line that tells of an error."
    return [
        "## Fields", "", begin, "", "| field | holds |", "| --- | --- |",
        *(f"| `{name}` | {holds} |" for name, holds in sorted(FIELDS.items())),
    ]  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
