"""Intake: the one door into the ledger.

Reads    every agency's topic, the system's own agencies included (`alerts` is the radar's).
Writes   receipts.<agency>, dead-letters.<agency>, checkpoints; through the relay case-events and ledger-clock.
Owns     the ledger's register of ids, file numbers, persons, waiting events and read positions.
Promises an accepted event is in the ledger for good and counts once; one that cannot be read is kept byte for byte and
         its sender told why; one whose case is not there yet waits and flows by itself; nobody's fault stops another's
         flow. Stopped at any instant, it goes on where it was. Each day that has ended is signed (`ledger.notary`).

    batch -> rules (what does it say, may it be said) -> book (seen before? whose case?) -> decisions -> one transaction

`pipeline` is where to begin reading; `rules`, `judging`, `redaction` and `fuse` are pure.
"""
