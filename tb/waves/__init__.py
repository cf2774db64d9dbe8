"""What a wave viewer shows of Ratel: signals, states, decoded instructions."""
