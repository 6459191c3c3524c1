"""What the public may read of the same ledger: redacted notices, figures in which nobody can be picked out, yearly reports."""
