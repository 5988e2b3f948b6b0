"""The tables of the radar view. All of them can be filled again by reading case-events from the beginning."""

from rulebook.history import EMPTIED

SHAPE = 4
SHAPE_TABLE = ("CREATE TABLE IF NOT EXISTS radar_shape (shape bigint NOT NULL)",)
NAMES = ("radar", "facts", "alerts", "turns", "positions", "seen", "blind", "anchors")
DERIVED = ("radar", "facts", "alerts", "turns")  # what follows from the ledger alone
WEIGHTS = range(5, -1, -1)  # the heaviest first
# An open case that nobody watches: the promise is that there is none. Also the condition of an index, so counting them costs nothing.
UNWATCHED = """is_open = 1 AND ((next_due IS NULL AND open_alerts = 0 AND (learned = version OR broken = 1))
    OR (next_due IS NOT NULL AND (wake_at IS NULL OR wake_at > next_due)))"""
EMPTIED_ROWS = f"is_open = 0 AND phase = '{EMPTIED}'"
TABLES = (
    """CREATE TABLE IF NOT EXISTS radar (
        case_id text PRIMARY KEY, part bigint NOT NULL, municipality text NOT NULL, phase text NOT NULL,
        is_open bigint NOT NULL, opened_at bigint NOT NULL, last_at bigint NOT NULL, version bigint NOT NULL,
        learned bigint NOT NULL, advanced_to bigint NOT NULL, next_due bigint, wake_at bigint,
        weight bigint NOT NULL CHECK (weight BETWEEN 0 AND 5), priority bigint NOT NULL, open_alerts bigint NOT NULL, uncovered bigint NOT NULL,
        broken bigint NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS radar_wake ON radar (part, weight, wake_at)",
    f"CREATE INDEX IF NOT EXISTS radar_unwatched ON radar (part) WHERE {UNWATCHED}",
    "CREATE INDEX IF NOT EXISTS radar_uncovered ON radar (part) WHERE is_open = 1 AND uncovered = 1",
    "CREATE INDEX IF NOT EXISTS radar_closed ON radar (part) WHERE is_open = 0",
    f"CREATE INDEX IF NOT EXISTS radar_emptied ON radar (part) WHERE {EMPTIED_ROWS}",
    "CREATE INDEX IF NOT EXISTS radar_broken ON radar (part) WHERE broken = 1",
    """CREATE TABLE IF NOT EXISTS facts (
        case_id text NOT NULL, version bigint NOT NULL, body bytea NOT NULL, PRIMARY KEY (case_id, version))""",
    """CREATE TABLE IF NOT EXISTS alerts (
        alert text NOT NULL, nr bigint NOT NULL, case_id text NOT NULL, part bigint NOT NULL, municipality text NOT NULL,
        rule text NOT NULL, agreement text NOT NULL, agreement_version bigint NOT NULL, instance text NOT NULL,
        stage text NOT NULL, due bigint NOT NULL, raised_at bigint NOT NULL, closed_at bigint, outcome text,
        because text NOT NULL, told_to text NOT NULL, weight bigint NOT NULL CHECK (weight BETWEEN 0 AND 5),
        why text NOT NULL, noticed_at bigint NOT NULL, early bigint NOT NULL, pending bigint NOT NULL,
        awaiting_since bigint, wait bigint NOT NULL, again_at bigint,
        raised_sent_at bigint, closed_sent_at bigint, raised_recorded_at bigint, closed_recorded_at bigint,
        PRIMARY KEY (alert, nr))""",
    "CREATE INDEX IF NOT EXISTS alerts_case ON alerts (case_id)",
    "CREATE INDEX IF NOT EXISTS alerts_pending ON alerts (part, weight, raised_at) WHERE pending = 1",
    "CREATE INDEX IF NOT EXISTS alerts_open ON alerts (part) WHERE closed_at IS NULL",
    "CREATE INDEX IF NOT EXISTS alerts_awaiting ON alerts (part, awaiting_since) WHERE awaiting_since IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS alerts_again ON alerts (part, again_at) WHERE again_at IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS turns (
        alert text NOT NULL, nr bigint NOT NULL, kind text NOT NULL, step bigint NOT NULL, at bigint NOT NULL,
        told_to text NOT NULL, case_id text NOT NULL, part bigint NOT NULL, sent_at bigint, recorded_at bigint,
        PRIMARY KEY (alert, nr, kind, step, at))""",
    "CREATE INDEX IF NOT EXISTS turns_case ON turns (case_id)",
    """CREATE TABLE IF NOT EXISTS positions (
        topic text NOT NULL, part bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (topic, part))""",
    """CREATE TABLE IF NOT EXISTS seen (part bigint PRIMARY KEY, seen_to bigint NOT NULL, real_at bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS blind (
        id text PRIMARY KEY, value bytea NOT NULL, at bigint NOT NULL, is_told bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS anchors (
        part bigint PRIMARY KEY, position bigint NOT NULL, digest bytea NOT NULL)""",
)
