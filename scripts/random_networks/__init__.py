"""Random networks, judged and run on the RTL; what fails is shrunk to its smallest graph."""
