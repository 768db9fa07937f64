"""Which things may be the same: candidates without all pairs, a probability, reasons. It proposes; people decide."""
