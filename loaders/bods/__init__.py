"""Owners from statements of beneficial ownership (BODS)."""
