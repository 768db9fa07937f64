"""The questions that are asked of a snapshot."""
