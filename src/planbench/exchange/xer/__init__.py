"""Primavera P6 XER files, in and out."""
