"""Organisations and their owners from GLEIF: LEI records, relationships, and why a parent is not told."""
