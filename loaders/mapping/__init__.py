"""Anybody's tables and graphs, by a mapping: a TOML file that says what each column is in Kedja's terms."""
