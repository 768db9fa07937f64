"""Snapshots: what one clearance may read at one publication, frozen into arrays. See DESIGN.md 5."""
