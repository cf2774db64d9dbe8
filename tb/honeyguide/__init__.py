"""A framework to prove a core: see README.md beside this file."""
