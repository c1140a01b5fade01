"""The parts of bench.py: what is started, what is sent, what is counted, and how it is told."""
