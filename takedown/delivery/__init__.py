"""The only code that sends: claims, pace, attempts, outcomes, and what happens when nobody knows."""
