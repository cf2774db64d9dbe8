"""What is proved of the core: the table, and the rules of its modules."""
