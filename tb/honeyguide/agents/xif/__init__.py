"""CV-X-IF: issue, commit, result."""
