"""How results are shown: tables, JSON files, pictures."""
