"""Letters as PDF. The extra `pdf` brings the typesetter; without it everything else works."""
