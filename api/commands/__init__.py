"""The commands, a module a group."""

import api.commands.ask
import api.commands.demo
import api.commands.describe
import api.commands.export
import api.commands.load
import api.commands.serve  # noqa: F401
