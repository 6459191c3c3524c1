"""What the tool costs, measured beside what it could cost. `python -m bench`; how to read it: docs/performance.md."""
