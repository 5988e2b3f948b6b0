"""Waakvlam: services/monitoring."""
