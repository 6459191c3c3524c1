"""takedown: removal requests to platforms, reviewed, sent exactly once, followed until it is known what happened."""

__version__ = "0.1.0"
