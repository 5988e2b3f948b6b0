"""What is measured, and how fast it is: `make bench`."""
