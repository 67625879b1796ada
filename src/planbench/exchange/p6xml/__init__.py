"""Primavera P6 XML files: the same objects as in XER tables, spelled out."""
