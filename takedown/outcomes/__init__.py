"""What became of what was sent: asking platforms, and asking again."""
