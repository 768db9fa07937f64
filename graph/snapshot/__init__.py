"""Snapshots: what one clearance may read at one publication, frozen into arrays. See docs/method.md."""
