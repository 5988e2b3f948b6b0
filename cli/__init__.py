"""Waakvlam: cli."""
