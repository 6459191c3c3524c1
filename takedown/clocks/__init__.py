"""The law's clocks: what starts, stops and restarts them, and where their hands are. Pure, and light enough for `status`."""
