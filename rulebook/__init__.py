"""The rule book: what must happen after what, by when, and who hears of it if it does not. No clock, no I/O: all is handed in.

Half an hour to read it, from the outside in:

1. `scratch`    what must be open now, on one page: events known at T -> instances -> alerts. Slow, and easy to believe.
2. `event`, `history`    what is known of a case at an instant, in which order, and what was corrected or withdrawn.
3. `rules`      what all rules of an agreement share; `plan`: which version holds when; `terms`, `calendar` and `instants` count days.
4. `kinds/`     one file a kind: its record, its YAML, its instances, its words. `kind` says what is asked of each; `instance`
   what is due of it, and when.
5. `alerts`, `attention`    when an instance alerts, whose turn it is, and why the alert closes.
6. `engine`, `folding`, `touching`    the same as `scratch`, one event at a time; a property test holds them equal.

Around it stands what is read when it is needed: `reading*` and `entries` (YAML in), `checking*` (is an agreement sound),
`why*`, `fates`, `wording` (questions people ask), `replay`, `backtest`, `figures`, `outcomes` (histories and what they add
up to). A new rule is one block of YAML in `agreements/`; a new kind is one file in `kinds/`, named in `kinds/__init__` (see CONTRIBUTING.md).
"""
