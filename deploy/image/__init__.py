"""The image, and the proof of its recipe on a machine without a container engine."""
