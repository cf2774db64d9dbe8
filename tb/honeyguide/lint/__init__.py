"""Static checks of the Python and the Verilog; `python -m scripts.lint` runs them all."""
