"""Requests that a person files by hand: who has which packet, what is in it, and what became of it."""
