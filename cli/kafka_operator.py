"""The work behind `waakvlam topics` and `waakvlam credentials`, with what is said about it."""

from pathlib import Path

from cli.credentials import Credentials, rotate
from cli.exits import Exit
from cli.kafka_admin import Admin, apply_matrix
from cli.plan import Plan, plan_of
from cli.screen import result
from cli.settings import Settings, read_settings
from waakvlam.topics import topics

SAME = "Kafka is as the matrix says."


def show_plan(data: Path | None, *, as_json: bool) -> Exit:
    """Print the difference; DIFFERS when there is one, or when a Kafka with logins keeps no rights."""
    settings = read_settings(data)
    with Admin(settings.kafka()) as admin:
        plan = plan_of(topics(), admin.look(topics()))
    result(plan.as_json(), as_json=as_json, lines=[*plan.lines(), *([SAME] if plan.is_same else [])])
    return Exit.OK if plan.is_same and _is_guarded(settings, plan) else Exit.DIFFERS


def carry_out(data: Path | None, *, replication: int, as_json: bool) -> Exit:
    """Print what was done; DIFFERS when people must do the rest."""
    settings = read_settings(data)
    plan = apply_matrix(settings.kafka(), replication=replication)
    result(plan.as_json(), as_json=as_json, lines=[*plan.lines(), f"{plan.to_do} things done."])
    return Exit.DIFFERS if plan.partitions or not _is_guarded(settings, plan) else Exit.OK


def rotate_all(principals: list[str], data: Path | None, *, as_json: bool) -> None:
    """Give each a new password and print where it stands."""
    settings = read_settings(data)
    credentials = Credentials(settings.credentials_folder)
    files = {who: str(rotate(settings.kafka(), credentials, who)) for who in principals}
    result(files, as_json=as_json, lines=[f"{who}: a new password is in {file}" for who, file in files.items()])


def _settings(data: Path | None) -> Settings:
    return read_settings(Path(data) if data else None)


def _is_guarded(settings: Settings, plan: Plan) -> bool:
    """Tell whether rights are kept where they must be: a login without rights guards nothing."""
    return plan.keeps_rights or settings.security == "plaintext"
