"""Clips, ledgers and finished books come in; verdicts go out. Nothing here changes anything."""
