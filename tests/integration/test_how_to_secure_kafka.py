"""The guide to a secured Kafka does what it says: its commands run on one, as its operator, and print what it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.credentials import OPERATOR
from cli.secured_broker import SecuredBroker

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "how-to" / "secure-kafka.md"
BLOCK = re.compile(r"```(console|text)\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_guide_print_what_it_shows_and_never_a_password(tmp_path: Path) -> None:
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    commands = [line.removeprefix("$ ") for kind, text in blocks if kind == "console" for line in text.splitlines()]
    begin = f'waakvlam() {{ PYTHONPATH={ROOT} {sys.executable} -m cli.main "$@"; }}'
    broker = SecuredBroker(tmp_path)
    try:
        operator = broker.start().login(OPERATOR)
        places = {
            "WAAKVLAM_BOOTSTRAP": broker.bootstrap,
            "WAAKVLAM_SECURITY": "sasl_ssl",
            "WAAKVLAM_SASL_USERNAME": OPERATOR,
            "WAAKVLAM_SASL_PASSWORD_FILE": str(operator.sasl_password_file),
            "WAAKVLAM_CREDENTIALS": "credentials",
            "WAAKVLAM_CA_FILE": str(operator.ca_file),
        }
        before = broker.credentials.read("intake")
        script = "\n".join([begin, *commands])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, **places},
            capture_output=True,
            text=True,
            check=False,
        )
        words = {broker.credentials.read(one) for one in (OPERATOR, "intake", "politie-nn")}
    finally:
        broker.stop()

    assert (done.stdout, done.returncode) == ("".join(text for kind, text in blocks if kind == "text"), 0), done.stderr
    assert before not in words, "intake has a new password"
    assert not [one for one in (*words, before) if one in done.stdout + done.stderr]
