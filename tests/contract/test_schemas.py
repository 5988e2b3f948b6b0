"""What every schema file must say, and how: a guard for each rule, and for each guard a file that it catches."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from waakvlam.catalogue import SHARED_FIELDS

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
FILES = sorted(path for path in SCHEMAS.glob("*/*.avsc") if path.parent.name != "system")
KINDS = frozenset("VPTRMJSX") | {"*", "triage", "radar", "board"}
OF_THE_SYSTEM = {"triage", "radar"}
# Ids by another name than `..._id`: they name a thing of ours, and never hold words about people.
IDS = {"case", "reference", "municipality", "recorded_by", "to_agency", "of_agency", "protocol", "ladder"} | {
    "alert", "rule", "agreement", "instance", "due", "because", "to", "cases",
    "log", "root", "witness", "public_key", "signature",
}  # fmt: skip
WORDS = ("doc", "nl", "timeline", "purpose", "legal_basis")
KEYS = {"type", "name", "namespace", *WORDS, "senders", "opens_case", "without_case", "examples", "fields"}
FIELD_KEYS = {"name", "type", "default", "data_name", "json", "codes", "personal", "pseudonym", "system_text", "doc"}
KEBAB, SNAKE, CODE = re.compile(r"[a-z]+(-[a-z]+)*"), re.compile(r"[a-z]+(_[a-z]+)*"), re.compile(r"[a-z0-9_-]{1,60}")

Schema = dict[str, Any]


def findings(file_name: str, schema: Schema) -> list[str]:
    """Return a sentence for each thing in a schema that is not as it should be."""
    return [*_of_names(file_name, schema), *_of_words(schema), *_of_fields(schema), *_of_examples(schema)]


def _of_names(file_name: str, schema: Schema) -> Iterator[str]:
    name, version = file_name.removesuffix(".avsc").rsplit(".v", 1)
    if (schema["name"], schema.get("namespace")) != (name, f"nl.waakvlam.v{version}"):
        yield "name and namespace are not those of the file"
    yield from (f"the key {key} is unknown" for key in schema.keys() - KEYS)
    if not SNAKE.fullmatch(name) or not KEBAB.fullmatch(schema.get("nl", "")):
        yield "the name is not snake_case, or the Dutch name not kebab-case"
    if not schema.get("senders") or not KINDS.issuperset(schema["senders"]):
        yield "senders are missing or unknown"


def _of_words(schema: Schema) -> Iterator[str]:
    yield from (f"{word} is missing" for word in WORDS if len(schema.get(word, "")) < len("x-y"))
    plain = {field["name"] for field in schema["fields"] if not field.get("personal")}
    for _, blank, _, _ in Formatter().parse(schema.get("timeline", "")):
        if blank is not None and blank not in plain | {"agency"}:
            yield f"the blank {{{blank}}} is no field that everybody may read"
    if not schema.get("timeline", "").endswith("."):
        yield "the timeline is no sentence"


def _of_fields(schema: Schema) -> Iterator[str]:
    by_system = OF_THE_SYSTEM.issuperset(schema.get("senders", ()))
    names = [field["name"] for field in schema["fields"]]
    if tuple(names[: len(SHARED_FIELDS)]) != SHARED_FIELDS or len(set(names)) != len(names):
        yield "the shared fields do not come first, or a name comes twice"
    for field in schema["fields"][: len(SHARED_FIELDS)]:
        if field.get("personal"):
            yield f"{field['name']} becomes a key, a header or a column, so it cannot be personal"
        if field != SHARED.get(field["name"], field):
            yield f"{field['name']} is not as every event has it"
    for field in _all_fields(schema):
        yield from _of_field(field, by_system=by_system)


def _of_field(field: Schema, *, by_system: bool) -> Iterator[str]:
    name = field["name"]
    yield from (f"{name}: the key {key} is unknown" for key in field.keys() - FIELD_KEYS)
    if not SNAKE.fullmatch(name):
        yield f"{name} is not snake_case"
    if not field.get("doc", "").endswith("."):
        yield f"{name} has no doc that is a sentence"
    kind = field["type"]
    optional = isinstance(kind, list)
    if optional and (kind[0] != "null" or field.get("default", "none") is not None):
        yield f"{name} may be null and is not null by default"
    if field.get("pseudonym") and (not field.get("personal") or kind != "string"):
        yield f"{name} is a pseudonym and not a personal string"
    if field.get("personal") and not optional and not field.get("pseudonym"):
        yield f"{name} is personal and cannot be null, so it cannot be sealed"
    if _base(kind) == "string" and not _is_tame(field, by_system=by_system):
        yield f"{name} could hold free text in the clear"
    yield from _of_codes(field)


def _of_codes(field: Schema) -> Iterator[str]:
    codes = field.get("codes")
    if codes is None:
        return
    if not isinstance(codes, dict) or not codes or _base(field["type"]) != "string" or field.get("personal"):
        yield f"{field['name']}: codes stand on a clear text field, each with its Dutch word"
    elif not all(CODE.fullmatch(code) and word for code, word in codes.items()):
        yield f"{field['name']} has a code that is no code, or one without a word"


def _of_examples(schema: Schema) -> Iterator[str]:
    examples = schema.get("examples", ())
    if len(examples) < 2:
        yield "there are no two examples"
    for example in examples:
        yield from _of_example(example, schema["fields"])


def _of_example(example: Mapping[str, Any], fields: list[Schema]) -> Iterator[str]:
    known = {field["name"]: field for field in fields}
    yield from (f"an example has the unknown field {name}" for name in example.keys() - known.keys())
    needed = {name for name, field in known.items() if "default" not in field}
    yield from (f"an example lacks {name}" for name in needed - example.keys())
    for name, value in example.items():
        field = known.get(name, {})
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _of_example(one, _nested(field["type"]))
            elif "codes" in field and one not in field["codes"]:
                yield f"an example has the unknown code {one}"
            elif field.get("personal") and isinstance(one, str) and "voorbeeld" not in one.lower():
                yield f"an example has a {name} that does not say that it is made up"


def _is_tame(field: Schema, *, by_system: bool) -> bool:
    """Tell whether a text field cannot carry a story about people into the clear."""
    is_id = field["name"].endswith(("_id", "_ids")) or field["name"] in IDS
    return bool(
        is_id or field.get("codes") or field.get("personal") or field.get("json")
        or (field.get("system_text") and by_system)
    )  # fmt: skip


def _all_fields(schema: Schema) -> Iterator[Schema]:
    for field in schema["fields"]:
        yield field
        yield from _nested(field["type"])


def _nested(kind: Any) -> list[Schema]:
    items = kind.get("items") if isinstance(kind, dict) else None
    return items["fields"] if isinstance(items, dict) else []


def _base(kind: Any) -> Any:
    if isinstance(kind, list):
        return _base(kind[1])
    return _base(kind["items"]) if isinstance(kind, dict) and kind["type"] == "array" else kind


def read(path: Path) -> Schema:
    return json.loads(path.read_text("utf-8"))


GOOD = read(SCHEMAS / "assessment" / "safety_assessed.v1.avsc")
SHARED = {field["name"]: field for field in GOOD["fields"][: len(SHARED_FIELDS)]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_schema_says_what_it_must(path: Path) -> None:
    found = findings(path.name, read(path))

    assert found == []


def _field(schema: Schema, name: str) -> Schema:
    return next(field for field in _all_fields(schema) if field["name"] == name)


def _add(**field: Any) -> Callable[[Schema], None]:
    return lambda schema: schema["fields"].append({"doc": "Something.", **field})


def _set(field: str, /, **keys: Any) -> Callable[[Schema], None]:
    return lambda schema: _field(schema, field).update(keys)


NULL_TEXT = ["null", "string"]
BROKEN: list[tuple[str, Callable[[Schema], Any]]] = [
    ("name and namespace are not those of the file", lambda one: one.update(namespace="nl.waakvlam.v2")),
    ("the key legal_bases is unknown", lambda one: one.update(legal_bases="x")),
    ("the name is not snake_case, or the Dutch name not kebab-case", lambda one: one.update(nl="Veiligheid Beoordeeld")),
    ("senders are missing or unknown", lambda one: one.update(senders=["V", "Q"])),
    ("senders are missing or unknown", lambda one: one.update(senders=[])),
    *[(f"{word} is missing", lambda one, word=word: one.update({word: ""})) for word in WORDS],
    ("the blank {colour} is no field that everybody may read", lambda one: one.update(timeline="Code {colour}.")),
    ("the blank {text} is no field that everybody may read", lambda one: (
        one.update(timeline="{text}."), _add(name="text", type=NULL_TEXT, default=None, personal=True)(one))),
    ("the timeline is no sentence", lambda one: one.update(timeline="{agency}")),
    ("the shared fields do not come first, or a name comes twice", lambda one: one["fields"].reverse()),
    ("the shared fields do not come first, or a name comes twice", lambda one: one["fields"].append(one["fields"][-1])),
    ("reference becomes a key, a header or a column, so it cannot be personal", _set("reference", personal=True)),
    ("municipality is not as every event has it", _set("municipality", type="bytes")),
    ("urgency: the key peronal is unknown", _set("urgency", peronal=True)),
    ("Urgency is not snake_case", _set("urgency", name="Urgency")),
    ("urgency has no doc that is a sentence", _set("urgency", doc="")),
    ("safe has no doc that is a sentence", _set("safe", doc="")),
    ("kin_id may be null and is not null by default", _add(name="kin_id", type=NULL_TEXT)),
    ("kin_id may be null and is not null by default", _add(name="kin_id", type=["string", "null"], default="x")),
    ("person is a pseudonym and not a personal string", _set("person", personal=False)),
    ("kin is personal and cannot be null, so it cannot be sealed", _add(name="kin", type="string", personal=True)),
    ("story could hold free text in the clear", _add(name="story", type="string")),
    ("story could hold free text in the clear", _add(name="story", type=NULL_TEXT, default=None)),
    ("story could hold free text in the clear", _add(name="story", type={"type": "array", "items": "string"}, default=[])),
    ("story could hold free text in the clear", _add(name="story", type="string", system_text=True)),
    ("urgency: codes stand on a clear text field, each with its Dutch word", _set("urgency", codes=["red"])),
    ("acute_unsafe: codes stand on a clear text field, each with its Dutch word", _set("acute_unsafe", codes={"yes": "ja"})),
    ("urgency has a code that is no code, or one without a word", _set("urgency", codes={"red": "", "green": "groen"})),
    ("urgency has a code that is no code, or one without a word", _set("urgency", codes={"Jan de Vries": "x"})),
    ("there are no two examples", lambda one: one["examples"].pop()),
    ("an example has the unknown field colour", lambda one: one["examples"][0].update(colour="red")),
    ("an example lacks urgency", lambda one: one["examples"][0].pop("urgency")),
    ("an example has the unknown code purple", lambda one: one["examples"][0].update(urgency="purple")),
    ("an example has a person that does not say that it is made up",
     lambda one: one["examples"][0]["persons"][0].update(person="psn-4711")),
]  # fmt: skip


@pytest.mark.parametrize(("finding", "break_it"), BROKEN, ids=lambda one: one if isinstance(one, str) else "")
def test_each_of_these_rules_bites(finding: str, break_it: Callable[[Schema], Any]) -> None:
    schema = copy.deepcopy(GOOD)
    break_it(schema)

    assert finding in findings("safety_assessed.v1.avsc", schema)


def laid_out(value: Any, indent: int = 0, lead: int = 0, tail: int = 0) -> str:
    """Return JSON in the layout of the schema files: what fits stands on one line, the rest a line for each part."""
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or (indent and indent + lead + len(line) + tail <= 120):
        return line
    inner = indent + 2
    if isinstance(value, dict):
        keys = {key: f"{json.dumps(key)}: " for key in value}
        parts = [keys[key] + laid_out(one, inner, len(keys[key]), 1) for key, one in value.items()]
    else:
        parts = [laid_out(one, inner, 0, 1) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(" " * inner + part for part in parts)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_schema_file_is_laid_out_alike_so_that_a_change_reads_well(path: Path) -> None:
    text = path.read_text("utf-8")

    assert text == laid_out(json.loads(text)) + "\n"


def test_every_shared_field_is_written_the_same_in_every_file() -> None:
    seen = {json.dumps(read(path)["fields"][: len(SHARED_FIELDS)]) for path in FILES}

    assert len(seen) == 1
