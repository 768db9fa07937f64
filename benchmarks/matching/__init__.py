"""How well proposals of identity are: labelled sets, peers, the making of the coefficients."""
