"""Which commit broke the core, as the bench of today sees it."""
