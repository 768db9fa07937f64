"""Credentials of the UN Transparency Protocol (UNTP) 0.5 to 0.7: facilities, products, checks, events, anchors."""
