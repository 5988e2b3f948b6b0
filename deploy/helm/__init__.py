"""The chart of Waakvlam, and what writes the parts of it that follow from other files."""
