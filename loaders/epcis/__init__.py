"""Events of EPCIS 2.0 (and 1.2, in XML): what was made of what, where, and where it went."""
