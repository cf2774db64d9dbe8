"""Rules of modules, proved for all time with SymbiYosys; faults that must refute them."""
