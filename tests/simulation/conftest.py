"""Fixtures of the drills."""

from tests.simulation.drill import address, region

__all__ = ["address", "region"]
