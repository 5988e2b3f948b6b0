"""`waakvlam roles`: a role at the ledger's database for each service, as SQL for who administers it, or carried out."""

from contextlib import closing

from cli.books import SERVERS, why_missing, without_password
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import Settings
from ledger import roles
from ledger.database import open_database
from ledger.errors import Fault, Unavailable

STEP = "Give a login with it: CREATE ROLE {service} LOGIN PASSWORD '...' IN ROLE {role}"


def show_roles(settings: Settings, *, apply: bool, without_rights: bool, as_json: bool) -> None:
    """Print the SQL, or make the roles and give them their rights in one transaction."""
    statements = [*roles.making(), *(() if without_rights else roles.giving())]
    if not apply:
        lines = [f"{one.replace('CURRENT_SCHEMA', 'public')};" for one in statements]
        logins = [f"-- {STEP.format(service=service, role=roles.name_of(service))};" for service in roles.RIGHTS]
        result({"sql": lines}, as_json=as_json, lines=["BEGIN;", *lines, "COMMIT;", *logins])
        return
    url = settings.ledger_url
    if not url.startswith(SERVERS):
        raise Ends(Exit.USAGE, "A ledger in a file has no roles: whoever may write the file may write the ledger.")
    if missing := why_missing(url):
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}: {missing}. Set WAAKVLAM_LEDGER.")
    with closing(open_database(url)) as database:
        try:
            with database.transaction() as t:
                roles.make(t)
                if not without_rights:
                    roles.give(t)
        except Unavailable:
            raise
        except Fault as error:
            step = "Let who administers the server run what `waakvlam roles` prints, connected to this database."
            raise Ends(Exit.REFUSED, f"This login may not make roles or does not own the tables. {step}") from error
    made = {service: roles.name_of(service) for service in roles.RIGHTS}
    result({"roles": made}, as_json=as_json, lines=[STEP.format(service=one, role=role) for one, role in made.items()])
