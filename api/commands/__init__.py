"""The commands, a module a group."""

from api.commands import ask, demo, describe, export, load, serve

__all__ = ["ask", "demo", "describe", "export", "load", "serve"]
