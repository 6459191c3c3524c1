"""What platforms answer by mail: read from raw bytes, matched, authenticated, classified; an unsure mail goes to a person."""
