"""Waakvlam: rulebook."""
