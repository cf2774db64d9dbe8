"""Golden model of Ratel: NumPy only, no simulator. Bit-exact with TensorFlow Lite Micro."""
