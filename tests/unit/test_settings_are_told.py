"""A setting that cannot be used ends each service with a sentence, never with a traceback."""

import importlib

import pytest


@pytest.mark.parametrize("service", ["intake", "triage", "monitoring", "board"])
def test_a_setting_that_cannot_be_used_is_named_with_what_to_do(
    service: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAAKVLAM_LOG_LEVEL", "LOUD")

    code = importlib.import_module(f"services.{service}.__main__").main()

    told = capsys.readouterr().err.splitlines()
    assert (code, told) == (
        64,
        [
            "WAAKVLAM_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'.",
            "Correct it in the environment, or leave it unset; docs/how-to/configure.md names all settings.",
        ],
    )
