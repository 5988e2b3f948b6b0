"""Alert rules: each calls when it should and not when it should not, in Prometheus' own tool; each has a runbook that can be followed."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from tests.contract.alert_rules import RULES, RUNBOOKS, alerts, file_of
from tests.contract.alert_stories import HEALTHY, STORIES, Story

SEVERITIES = {"page", "ticket", "none"}
LAYERS = {"ground", "service", "reader", "agency", "flow", "truth"}
HEADINGS = ["What you see", "What it means for families", "First three steps", "Whom to call"]
COMMAND = re.compile(r"\bwaakvlam ([a-z][a-z-]*)")


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("promtool")
    assert tool, "promtool is not here: make setup installs it (Debian: prometheus)"
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)


def _expected(story: Story) -> dict[str, object]:
    rule = alerts()[story.alert]
    labels = {name: value for name, value in rule["labels"].items() if "{{" not in value}
    return {"exp_labels": labels | story.labels, "exp_annotations": rule["annotations"]}


def _tests(story: Story) -> Iterator[dict[str, object]]:
    moments: dict[str, list[dict[str, object]]] = {story.before: []} if story.before else {}
    yield _test(story, story.series, moments | {story.at: [_expected(story)]})
    if story.calm:
        yield _test(story, story.calm, {story.at: []})


def _test(story: Story, series: dict[str, str], moments: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return {
        "interval": story.interval,
        "input_series": [{"series": name, "values": values} for name, values in (HEALTHY | series).items()],
        "alert_rule_test": [
            {"eval_time": at, "alertname": story.alert, "exp_alerts": exp} for at, exp in moments.items()
        ],
    }


def told(folder: Path, stories: tuple[Story, ...]) -> list[str]:
    """Let promtool hear these stories; return what it has to say about those that end otherwise."""
    said = []
    for rules, interval in sorted({(file_of(one.alert), one.interval) for one in stories}):
        file = folder / f"{rules.stem}-{interval}.yaml"
        mine = [one for one in stories if (file_of(one.alert), one.interval) == (rules, interval)]
        tests = [test for one in mine for test in _tests(one)]
        content = {"rule_files": [str(rules)], "evaluation_interval": interval, "tests": tests}
        file.write_text(yaml.safe_dump(content), "utf-8")
        done = promtool("test", "rules", str(file))
        said += [done.stdout + done.stderr] if done.returncode else []
    return said


def test_the_rules_are_rules() -> None:
    done = promtool("check", "rules", *map(str, RULES))

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_calls_when_it_should_and_only_then(tmp_path: Path) -> None:
    assert told(tmp_path, STORIES) == []


def test_a_story_that_ends_otherwise_is_found(tmp_path: Path) -> None:
    wrong = Story("WaakvlamLedgerChanged", {"waakvlam_checkpoint_refused_state": "0x40"}, at="5m")

    assert told(tmp_path, (wrong,)) != []


def test_each_alert_has_a_story_and_one_in_which_it_is_calm() -> None:
    assert {one.alert for one in STORIES} == set(alerts())
    assert {one.alert for one in STORIES if one.calm} == set(alerts()) - {"WaakvlamWatchdog"}


def test_each_alert_says_what_is_so_how_urgent_and_where_to_read_on() -> None:
    for name, rule in alerts().items():
        assert re.fullmatch(r"Waakvlam[A-Z][A-Za-z]+", name)
        assert rule["labels"]["severity"] in SEVERITIES, name
        assert rule["labels"]["layer"] in LAYERS, name
        assert rule["annotations"]["summary"].endswith((".", "?")), name
        assert "{{" not in rule["annotations"]["summary"], f"{name}: what differs is in the labels"
        assert rule["annotations"]["runbook_url"].endswith(f"/docs/how-to/runbooks/{name}.md")


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    assert {file.stem for file in RUNBOOKS.glob("Waakvlam*.md")} == set(alerts())


@pytest.mark.parametrize("name", sorted(alerts()))
def test_a_runbook_can_be_followed_at_night(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    steps = text.partition("## First three steps")[2].partition("\n## ")[0]

    assert text.startswith(f"# {name}\n")
    assert headings[:4] == HEADINGS
    assert re.findall(r"^(\d)\. ", steps, re.MULTILINE) == ["1", "2", "3"]
    assert "`" in steps, "a step without a command or a number to look at"


def test_commands_in_runbooks_are_commands() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = {
        found
        for file in RUNBOOKS.glob("*.md")
        for found in COMMAND.findall(" ".join(re.findall(r"`([^`]+)`", file.read_text("utf-8"))))
    }

    assert named - known == set()


def test_what_hides_is_kept_longer_than_what_it_hides() -> None:
    """A part is back after what it stands on, and reads on after that: kept no longer, the cause would be gone first and people called anew."""
    kept = [
        {int(alerts()[name]["keep_firing_for"].removesuffix("m")) for name in layer}
        for layer in (
            ("WaakvlamKafkaUnreachable", "WaakvlamLedgerUnreachable"),
            ("WaakvlamServiceDown",),
            ("WaakvlamReaderStuck", "WaakvlamRelayStopped"),
        )
    ]

    assert all(min(above) > max(below) for above, below in pairwise(kept))
