"""Waakvlam: services/board."""
