"""Many machines, one ledger on PostgreSQL: workers take lanes in turns, and none of them is needed."""
