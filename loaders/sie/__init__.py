"""SIE 4: a company's vouchers, of which those with a supplier tell who sold to it, when and for how much."""
