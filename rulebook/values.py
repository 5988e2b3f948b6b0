"""How values of `data` are compared: as JSON values. 1 equals 1.0; true is not 1; "1" is not 1; null and missing are none."""

from collections.abc import Hashable, Mapping
from typing import Any

NONE: Hashable = ("none",)


def comparable(value: Any) -> Hashable:
    """Return a key that is equal for two JSON values exactly when they are equal."""
    if isinstance(value, str):
        return value
    if value is None:
        return NONE
    if isinstance(value, bool):
        return ("flag", value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        return ("list", *(comparable(one) for one in value))
    assert isinstance(value, dict), "a JSON value"
    return ("object", frozenset((key, comparable(one)) for key, one in value.items()))


def shared(data: Mapping[str, Any], field: str | None) -> Hashable:
    """Return what start and stop must share; without a field they share everything."""
    return NONE if field is None else comparable(data.get(field))


def is_number(value: Any, number: int) -> bool:
    """Tell whether a JSON value is this number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == number
