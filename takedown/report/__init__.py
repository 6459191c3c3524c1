"""The reading side: where everything stands, what became of it, and the story of one case. Nothing here writes."""
