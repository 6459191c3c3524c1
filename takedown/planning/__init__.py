"""Cases become requests, requests become exact bytes, and a set of them becomes a plan: the dry run itself."""
