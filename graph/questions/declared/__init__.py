"""The questions that are packaged: each module declares one. Nothing heavy is imported until it is asked."""
