"""Facilities as Open Supply Hub gives them out: downloads and answers of its API."""
