"""What will be due in a case: the rulebook's own answer, from the case's history and the agreements."""
