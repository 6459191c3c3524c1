"""The record of everything: tables, the writer, the one function that moves a state, the audit chain."""
