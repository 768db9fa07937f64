"""Procurements from the Open Contracting Data Standard (OCDS) 1.1: releases, records, packages of them, JSON Lines."""
