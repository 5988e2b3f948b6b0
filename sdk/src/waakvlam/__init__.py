"""Waakvlam for agencies."""
