"""Microsoft Project XML (MSPDI) files, in and out."""
