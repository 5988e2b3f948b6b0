"""Documents agree with what they speak of: links lead somewhere, examples run, references are those of today."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sdk/*.md"), *ROOT.glob("schemas/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
README_LINES_MAX = 150


def dead_links(document: Path, text: str) -> list[str]:
    """Return the links of a document that lead nowhere."""
    return [link for link in LINK.findall(text) if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert dead_links(document, document.read_text("utf-8")) == []


def test_a_dead_link_is_found() -> None:
    assert dead_links(ROOT / "README.md", "[here](docs/nowhere.md) and [there](LICENSE)") == ["docs/nowhere.md"]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < README_LINES_MAX


@pytest.mark.parametrize(
    ("module", "name", "file"),
    [("cli.main", "waakvlam", "commands.md"), ("waakvlam.cli", "waakvlam-agency", "agency-commands.md")],
)
def test_the_reference_of_the_commands_is_that_of_the_commands(
    module: str, name: str, file: str, tmp_path: Path
) -> None:
    made = tmp_path / file
    command = [sys.executable, "-m", "typer", module, "utils", "docs", "--name", name, "--output", str(made)]

    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    assert (ROOT / "docs" / "reference" / file).read_text("utf-8") == made.read_text("utf-8"), "run: make docs"


def test_the_example_of_one_rule_prints_what_the_document_says(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "explanation" / "one-rule.md").read_text("utf-8")
    console, told = re.findall(r"```(?:console|text)\n(.*?)```", text, re.DOTALL)
    script = "\n".join(line.removeprefix("$ ") for line in console.splitlines()).replace("/tmp/", f"{tmp_path}/")
    script = script.replace(".venv/bin/waakvlam", f"{sys.executable} -m cli.main")

    done = subprocess.run(["bash", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout == told
