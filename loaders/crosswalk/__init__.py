"""Reviewed matches between schemes of goods: a CSV with confidence and reviewer."""
