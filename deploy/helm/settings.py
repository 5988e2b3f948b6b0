"""Which settings of the services this chart decides, which it passes on by name, and which are not for a cluster.

A new setting needs nothing here: it can be given under `settings` (or `secretSettings`) from the next `make chart` on.
"""

from typing import Any

from pydantic import SecretStr

from cli.settings import Settings as CommandSettings
from ledger.settings import Settings
from services.board.settings import BoardSettings
from services.intake.settings import IntakeSettings
from services.monitoring.settings import MonitoringSettings
from services.triage.settings import TriageSettings

SERVICES: dict[str, type[Settings]] = {
    "intake": IntakeSettings,
    "triage": TriageSettings,
    "monitoring": MonitoringSettings,
    "board": BoardSettings,
    "watch": CommandSettings,
}
# Jobs that run commands; they read what every service reads.
JOBS = ("topics", "migrations", "backup", "retention", "canary")
# What templates/_environment.tpl and each service's template set, from values of their own.
DECIDED = frozenset(
    [
        "AGREEMENTS",
        "BOARD",
        "BOARD_ADDRESS",
        "BOARD_HEALTH_PORT",
        "BOARD_HOST",
        "BOARD_PORT",
        "BOOTSTRAP",
        "CA_FILE",
        "CHECKPOINT_KEY",
        "DATA",
        "HEALTH_HOST",
        "INTAKE_PORT",
        "KEYS",
        "LEDGER",
        "LOOKS",
        "MONITORING_PORT",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET_FILE",
        "OIDC_ISSUER",
        "RADAR",
        "SASL_PASSWORD_FILE",
        "SASL_USERNAME",
        "SECURITY",
        "THEME",
        "TRACES",
        "TRANSIT_MOUNT",
        "TRANSIT_REGISTER",
        "TRANSIT_TOKEN_FILE",
        "TRANSIT_URL",
        "TRIAGE",
        "TRIAGE_PORT",
        "WATCH_PORT",
    ]
)
NOT_FOR_A_CLUSTER = {
    "CREDENTIALS": "a folder with everybody's passwords is the operator's; each pod has its own login alone",
    "CLOCK": "an accelerated clock is for drills and demonstrations; families live in real time",
}


def fields_of(settings: type[Settings]) -> dict[str, Any]:
    """Return the settings of a class as JSON Schema, by name without `WAAKVLAM_`; `secret` says whether it is one."""
    properties = settings.model_json_schema(by_alias=False)["properties"]
    return {
        name.upper(): {**properties[name], "secret": SecretStr in _kinds(field.annotation)}
        for name, field in settings.model_fields.items()
    }


def given(*, secret: bool) -> dict[str, Any]:
    """Return what can be given by name, of any service, in order of name."""
    found: dict[str, Any] = {}
    for settings in SERVICES.values():
        found |= {name: one for name, one in fields_of(settings).items() if one["secret"] == secret and _is_free(name)}
    return dict(sorted(found.items()))


def read_by() -> dict[str, dict[str, list[str]]]:
    """Return for each service and job the settings that it reads and that can be given by name."""
    classes = SERVICES | dict.fromkeys(JOBS, Settings)
    return {
        component: {
            kind: sorted(
                name
                for name, one in fields_of(settings).items()
                if one["secret"] == (kind == "secret") and _is_free(name)
            )
            for kind in ("plain", "secret")
        }
        for component, settings in classes.items()
    }


def _is_free(name: str) -> bool:
    return name not in DECIDED and name not in NOT_FOR_A_CLUSTER


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))
