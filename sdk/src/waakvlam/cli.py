"""`waakvlam-agency`: send events from a file, read receipts, and see what your organisation may send.

Exit codes: 0 everything is well; 1 a line is wrong, or an event was not taken into the ledger; 2 the command is wrong;
3 Kafka cannot be reached or did not confirm; 4 not every receipt came in time; 5 a proof or checkpoint does not hold. Without `--json` the words are for
people; with `--json` each line of standard output is one JSON object.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from waakvlam import proving
from waakvlam.canary import own_line
from waakvlam.clock import SystemClock
from waakvlam.exits import NO_RECEIPT, NOT_PROVEN, WRONG, exit_code_for_errors
from waakvlam.kafka import KafkaTransport, Receipts
from waakvlam.lines import Problem, example_line
from waakvlam.proof import verify_inclusion
from waakvlam.proving import trusted_keys
from waakvlam.publisher import Publisher, Sent, agency_called, sendable_by
from waakvlam.receipt import Receipt
from waakvlam.sending import Outcome, check_lines, send_lines
from waakvlam.sequence import SequenceFile
from waakvlam.settings import KafkaSettings
from waakvlam.witness import Witness

app = typer.Typer(
    name="waakvlam-agency",
    help="Vertel Waakvlam één keer wat er gebeurde, en weet dat het is aangekomen.",
    epilog="Uitgangscodes: 0 alles goed; 1 een regel is fout of een gebeurtenis is niet opgenomen; "
    "2 de opdracht klopt niet; 3 Kafka is niet te bereiken; 4 niet elk ontvangstbewijs kwam op tijd; 5 een bewijs of controlepunt klopt niet. "
    "Inloggen: WAAKVLAM_SECURITY=sasl_ssl, met WAAKVLAM_SASL_USERNAME, WAAKVLAM_SASL_PASSWORD_FILE en WAAKVLAM_CA_FILE.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its pages show local variables, and those may be about a person
)

AgencyOption = Annotated[str, typer.Option("--agency", envvar="WAAKVLAM_AGENCY", help="De id van uw organisatie.")]
BootstrapOption = Annotated[
    str, typer.Option("--bootstrap", envvar="WAAKVLAM_BOOTSTRAP", help="Adres van Kafka: naam:poort.")
]
TrustOption = Annotated[
    list[str],
    typer.Option("--trust", help="Openbare sleutel van het grootboek, of een bestand met een sleutel per regel."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Schrijf JSON, één object per regel.")]


@app.command()
def publish(
    file: Annotated[str, typer.Argument(help="JSONL-bestand, één gebeurtenis per regel; - leest de standaardinvoer.")],
    agency: AgencyOption,
    bootstrap: BootstrapOption = "localhost:9092",
    sequence: Annotated[
        Path | None, typer.Option("--sequence", help="Bestand dat het volgnummer bewaart; zonder is er geen nummer.")
    ] = None,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Wacht zoveel seconden op de ontvangstbewijzen.")] = 0,
    proof: Annotated[bool, typer.Option("--proof", help="Vraag van elke gebeurtenis een bewijs; zie proofs.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Kijk of de regels goed zijn en verstuur niets.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Verstuur de gebeurtenissen uit een bestand. Nog een keer versturen telt niets dubbel."""
    screen = Screen(as_json=as_json)
    with exit_code_for_errors(), _opened(file) as texts:
        if check:
            outcome = check_lines(texts, agency_called(agency), screen)
        else:
            outcome = _publish(
                texts, agency, KafkaSettings.from_environment(bootstrap=bootstrap), sequence, wait, screen, proof
            )
        screen.summary(outcome, waited=wait > 0)
        raise typer.Exit(_exit_code(outcome, waited=wait > 0))


@app.command()
def canary(
    agency: AgencyOption,
    municipality: Annotated[str, typer.Option("--municipality", help="CBS-code van uw gemeente.")] = "",
    line: Annotated[
        Path | None,
        typer.Option("--line", help="Bestand met één regel die u al eens verstuurde; nodig als u geen advies geeft."),
    ] = None,
    bootstrap: BootstrapOption = "localhost:9092",
    wait: Annotated[float, typer.Option("--wait", min=1, help="Wacht zoveel seconden op het ontvangstbewijs.")] = 60,
    as_json: JsonOption = False,
) -> None:
    """Kijk of uw weg naar het grootboek open is: heen met een proefbericht, terug met het ontvangstbewijs."""
    screen = Screen(as_json=as_json)
    with exit_code_for_errors():
        text = line.read_text("utf-8-sig") if line else own_line(agency_called(agency), municipality)
        reach = KafkaSettings.from_environment(bootstrap=bootstrap)
        outcome = _publish(text.strip().splitlines()[:1], agency, reach, None, wait, screen, is_canary=True)
        screen.summary(outcome, waited=True)
        raise typer.Exit(_exit_code(outcome, waited=True))


@app.command()
def receipts(
    agency: AgencyOption,
    bootstrap: BootstrapOption = "localhost:9092",
    follow: Annotated[bool, typer.Option("--follow", help="Blijf lezen wat er komt, tot u stopt met Ctrl-C.")] = False,
    new: Annotated[bool, typer.Option("--new", help="Begin bij wat nu nog komt, niet bij het begin.")] = False,
    quiet_seconds: Annotated[
        float, typer.Option("--quiet-seconds", min=0.1, help="Stop als er zo lang niets komt (zonder --follow).")
    ] = 2,
    as_json: JsonOption = False,
) -> None:
    """Lees de ontvangstbewijzen van uw organisatie."""
    screen = Screen(as_json=as_json)
    with (
        exit_code_for_errors(),
        Receipts(
            agency, KafkaSettings.from_environment(bootstrap=bootstrap), start="now" if new else "beginning"
        ) as found,
    ):
        for one in found if follow else found.until_quiet(quiet_seconds):
            screen.receipt(one)


@app.command()
def types(
    name: Annotated[
        str | None, typer.Argument(help="Naam van een gebeurtenis: toon een regel om mee te beginnen.")
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", envvar="WAAKVLAM_AGENCY", help="De id van uw organisatie.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Toon wat uw organisatie mag versturen, of een voorbeeld van één gebeurtenis."""
    screen = Screen(as_json=as_json)
    with exit_code_for_errors():
        screen.types(name, agency)


@app.command()
def witness(
    agency: AgencyOption,
    municipality: Annotated[str, typer.Option("--municipality", help="CBS-code van de gemeente van uw organisatie.")],
    trust: TrustOption,
    folder: Annotated[Path, typer.Option("--folder", help="Map met uw sleutel en het laatste controlepunt dat u zag.")],
    bootstrap: BootstrapOption = "localhost:9092",
) -> None:
    """Kijk of het grootboek alleen groeide, bewaar wat u zag en teken mee. Doe dit elke dag."""
    with exit_code_for_errors():
        own = Witness(folder, name=agency_called(agency).id, keys=trusted_keys(trust))
        reach = KafkaSettings.from_environment(bootstrap=bootstrap)
        newest = proving.witness(agency, reach, own, municipality=municipality, clock=SystemClock())
        seen = newest or own.seen()
        said = f"tot en met {seen.day}: {seen.size} vastleggingen" if seen else "nog niets ondertekend"
        typer.echo(f"Gezien {said}; {'meegetekend' if newest else 'niets nieuws'}. Uw sleutel: {own.public_key}")


@app.command()
def proofs(
    agency: AgencyOption,
    trust: TrustOption,
    folder: Annotated[Path, typer.Option("--folder", help="Map waarin de bewijzen worden bewaard.")],
    bootstrap: BootstrapOption = "localhost:9092",
    as_json: JsonOption = False,
) -> None:
    """Bewaar de bewijzen die u vroeg (publish --proof) en controleer elk van hen."""
    with exit_code_for_errors():
        reach = KafkaSettings.from_environment(bootstrap=bootstrap)
        kept = list(proving.keep_proofs(agency, reach, folder, trusted_keys(trust)))
        for one in kept:
            words = one.wrong or "bewezen"
            typer.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else f"{one.id}: {words}")
        raise typer.Exit(NOT_PROVEN if any(one.wrong for one in kept) else 0)


@app.command()
def verify(
    record: Annotated[Path, typer.Argument(help="De vastlegging: het bestand .record.")],
    proof: Annotated[Path, typer.Argument(help="Het bewijs: het bestand .tlog-proof.")],
    trust: TrustOption,
) -> None:
    """Controleer een bewaard bewijs, zonder Kafka en zonder ons."""
    with exit_code_for_errors():
        found = verify_inclusion(record.read_bytes(), proof.read_text("utf-8"), trusted_keys(trust))
        typer.echo(f"Bewezen: dit stond in het grootboek {found.origin} aan het einde van {found.day}.")


class Screen:
    """Says what happened: to people, problems on standard error; to programs, JSON on standard output."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def problem(self, number: int, problem: Problem) -> None:
        """Say what is wrong with a line."""
        told = {"line": number, **asdict(problem)}
        self._say(told, f"regel {number}: {problem.field}: {problem.reason}", error=True)

    def sent(self, number: int, sent: Sent) -> None:
        """Say that a line was sent; to people only the count is told, at the end."""
        if self._as_json:
            self._say({"line": number, "sent": asdict(sent)}, "")

    def receipt(self, receipt: Receipt, number: int | None = None) -> None:
        """Say what a receipt says, and to which line it belongs if that is known."""
        line = {} if number is None else {"line": number}
        said = ". ".join(one.rstrip(".") for one in (receipt.reason, *receipt.remarks) if one)
        where = f" (casus {receipt.case})" if receipt.case else ""
        which = "" if number is None else f"regel {number}: "
        self._say(
            {**line, "receipt": receipt.as_json()},
            f"{which}{receipt.id}: {VERDICTS.get(receipt.verdict, receipt.verdict)}{where} {said}".rstrip(),
        )

    def summary(self, outcome: Outcome, *, waited: bool) -> None:
        """Say how a file went."""
        for one in outcome.receipts.values():
            if self._as_json or not one.is_in_the_ledger or one.remarks:
                self.receipt(one, outcome.lines_by_id[one.id])
        counts = outcome.counts()
        words = [f"{counts.pop('read')} gelezen", f"{counts.pop('wrong')} fout", f"{counts.pop('sent')} verstuurd"]
        words += [f"{count} {VERDICTS.get(verdict, verdict)}" for verdict, count in counts.items()]
        if waited and outcome.without_receipt:
            words.append(f"{len(outcome.without_receipt)} nog zonder ontvangstbewijs")
        told = outcome.counts() | ({"without_receipt": sorted(outcome.without_receipt)} if waited else {})
        self._say({"summary": told}, ", ".join(words) + ".")

    def types(self, name: str | None, agency: str | None) -> None:
        """Say which events an agency may send, or show a line of one of them."""
        if name is not None:
            typer.echo(json.dumps(example_line(name), ensure_ascii=False))
            return
        for event_type in sendable_by(agency_called(agency) if agency else None):
            told = {"type": event_type.name, "nl": event_type.nl, "doc": event_type.doc}
            self._say(told, f"{event_type.name:28}{event_type.nl}")

    def _say(self, told: dict[str, Any], words: str, *, error: bool = False) -> None:
        if self._as_json:
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            typer.echo(words, err=error)


VERDICTS = {
    "accepted": "opgenomen",
    "duplicate": "al eerder opgenomen",
    "parked": "wacht op de casus",
    "refused": "geweigerd",
    "rejected": "afgekeurd",
    "conflict": "in strijd met een eerdere gebeurtenis",
    "missing": "er ontbreekt iets",
    "found": "toch nog gekomen",
    "silent": "het is stil",
}


def run() -> None:
    """Run the command line."""
    app()


def _publish(
    texts: Iterable[str],
    agency: str,
    reach: KafkaSettings,
    sequence: Path | None,
    wait: float,
    screen: Screen,
    proof: bool = False,
    is_canary: bool = False,
) -> Outcome:
    # The reading position of the receipts is fixed before anything is sent, so none is missed.
    reader = Receipts(agency, reach, start="now") if wait else None
    numbers = SequenceFile(sequence) if sequence else None
    with Publisher(agency, KafkaTransport(reach), start_sequence=None, sequence=numbers) as publisher:
        outcome = send_lines(texts, publisher, screen, wants_proof=proof, is_canary=is_canary)
    if reader:
        with reader:
            outcome.receipts = reader.of(set(outcome.lines_by_id), wait)
    return outcome


def _exit_code(outcome: Outcome, *, waited: bool) -> int:
    if outcome.wrong or outcome.not_taken:
        return WRONG
    return NO_RECEIPT if waited and outcome.without_receipt else 0


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    if file == "-":
        yield sys.stdin
    elif not Path(file).is_file():
        raise typer.BadParameter(f"Er is geen bestand {file}.")
    else:
        with Path(file).open(encoding="utf-8-sig") as opened:  # Windows marks its files with a BOM
            yield opened
