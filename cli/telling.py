"""Telling the ledger something from the command line: through the one door, as the board does, and shown when taken in."""

from cli.exits import Ends, Exit
from cli.settings import Settings
from waakvlam.kafka import KafkaTransport, Receipts
from waakvlam.messages import Message
from waakvlam.publisher import Publisher
from waakvlam.receipt import Receipt

VOICE = "board"
RECEIPT_WITHIN_SECONDS = 30.0


def tell(settings: Settings, message: Message) -> Receipt:
    """Publish an event and return its receipt; ends when it is not taken in, or when no receipt comes in time."""
    reach = settings.kafka()
    # Where reading begins is fixed before anything is sent, so the receipt is not missed.
    with Receipts(VOICE, reach, start="now") as receipts:
        with Publisher(VOICE, KafkaTransport(reach), settings.time(), start_sequence=None) as publisher:
            sent = publisher.publish(message)
        receipt = receipts.of({sent.id}, RECEIPT_WITHIN_SECONDS).get(sent.id)
    if receipt is None:
        raise Ends(
            Exit.UNREACHABLE,
            f"Event {sent.id} was sent, and intake gave no receipt within {RECEIPT_WITHIN_SECONDS:.0f} seconds. See with "
            "`waakvlam doctor` whether intake runs; it takes the event in when it does, so do not send it again.",
        )
    if not receipt.is_in_the_ledger:
        raise Ends(Exit.REFUSED, f"Intake did not take it in ({receipt.verdict}, {receipt.field}): {receipt.reason}")
    return receipt
