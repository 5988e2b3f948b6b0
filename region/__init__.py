"""The simulated region: agencies and families that do not exist, played on a real Kafka through the SDK alone.

Start at `families.plan_of` (the script of all lives, pure and seeded) and `player.Player` (which sends it).
"""
