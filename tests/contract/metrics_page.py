"""The page of metrics (docs/reference/metrics.md), written from the table in the code: `make docs`."""

import re
from pathlib import Path

from ledger.metrics import METRICS
from tests.contract.alert_rules import ROOT, alerts

PAGE = ROOT / "docs" / "reference" / "metrics.md"
PROMISES = ROOT / "docs" / "explanation" / "promises.md"
# For each promise: the one number that states it, the one alert, or why there is none that runs along.
STATED: dict[int, tuple[str, str] | str] = {
    1: ("waakvlam_reconcile_difference", "WaakvlamCountsDiffer"),
    2: ("waakvlam_reconcile_difference", "WaakvlamCountsDiffer"),
    3: ("waakvlam_radar_differences_total", "WaakvlamDeadlineBroken"),
    4: ("waakvlam_radar_horizon_timestamp_seconds", "WaakvlamRadarBehind"),
    5: ("waakvlam_radar_open_cases_without_deadline", "WaakvlamDeadlineBroken"),
    6: ("waakvlam_radar_differences_total", "WaakvlamDeadlineBroken"),
    7: "Kafka refuses by itself; tests show it",
    8: "what is sealed at the door cannot be measured behind it; tests search every output",
    9: "the door refuses by itself; `waakvlam_intake_verdicts_total` counts what it refused",
    10: ("waakvlam_intake_set_aside_overdue_events", "WaakvlamSetAsideOverdue"),
    11: ("waakvlam_intake_set_aside_oldest_seconds", "WaakvlamSetAsideOverdue"),
    12: ("waakvlam_intake_sequence_missing", "WaakvlamEventsMissing"),
    13: ("waakvlam_checkpoint_refused_state", "WaakvlamLedgerChanged"),
    14: ("waakvlam_watch_backup_made_timestamp_seconds", "WaakvlamBackupTooOld"),
    15: ("waakvlam_watch_reachable_state", "WaakvlamLedgerUnreachable"),
    16: "`waakvlam erase CASE --proof` shows it when somebody asks",
    17: "events repair it; tests show it",
    18: "`waakvlam rebuild all --compare-only` shows it when somebody asks; a rebuild is a process that ends, and tells its progress where it was started",
    19: "what is counted is hidden or rounded before it is told; tests show it",
    20: "each page tells it by itself; tests show it",
    21: "tests show it",
    22: "the board refuses by itself; a test asks every route as every role",
    23: "what is not logged is not shown; an auditor checks the chain at the board or with `waakvlam looks --check`",
    24: "the board settles a deed by its receipt; tests show it",
    25: "`make upgrade` shows it, and a test in every run",
    26: "`waakvlam retention --done` shows it when somebody asks",
}
BEGIN = """# Metrics

What each service tells at `/metrics`, and `waakvlam watch` from outside. Written from the table in the code (`ledger/metrics.py`)
by `make docs`. Labels hold ids of agencies, topics, rules and names in the catalogue: never a case or a person.

Alert rules stand in [`deploy/helm/waakvlam/rules`](../../deploy/helm/waakvlam/rules), dashboards in
[`deploy/helm/waakvlam/dashboards`](../../deploy/helm/waakvlam/dashboards); both name only what stands here.
"""


def promises() -> dict[int, str]:
    """Return the promises by their number, as the page of promises has them."""
    found = re.findall(r"^\| (\d+) \| ([^|]+) \|", PROMISES.read_text("utf-8"), re.MULTILINE)
    return {int(number): text.strip() for number, text in found}


def page() -> str:
    """Return the whole page."""
    return "\n".join([BEGIN, *_stated(), "", *_alerts(), "", *_table(), ""])


def _stated() -> list[str]:
    lines = ["## Promises", "", "| # | promise | number | alert and runbook |", "| --- | --- | --- | --- |"]
    for number, text in promises().items():
        match STATED[number]:
            case (metric, alert):
                lines.append(f"| {number} | {text} | `{metric}` | {_runbook(alert)} |")
            case why:
                lines.append(f"| {number} | {text} | none: {why} | |")
    return lines


def _alerts() -> list[str]:
    lines = ["## Alerts", "", "| alert and runbook | how urgent | says |", "| --- | --- | --- |"]
    for name, rule in sorted(alerts().items()):
        lines.append(f"| {_runbook(name)} | {rule['labels']['severity']} | {rule['annotations']['summary']} |")
    return lines


def _table() -> list[str]:
    lines = ["## All metrics", "", "| name | kind | labels | told by | meaning |", "| --- | --- | --- | --- | --- |"]
    for row in sorted(METRICS, key=lambda one: one.name):
        labels = ", ".join(f"`{one}`" for one in row.labels)
        unused = f" Not asked for by a rule or dashboard: {row.unused}" if row.unused else ""
        lines.append(f"| `{row.name}` | {row.kind} | {labels} | {row.service} | {row.meaning}{unused} |")
    return lines


def _runbook(alert: str) -> str:
    return f"[{alert}](../how-to/runbooks/{alert}.md)"


if __name__ == "__main__":
    Path(PAGE).write_text(page(), "utf-8")
