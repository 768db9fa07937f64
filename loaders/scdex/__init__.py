"""SC-DEX, Open Supply Hub's exchange of organisations, locations and how they are affiliated."""
