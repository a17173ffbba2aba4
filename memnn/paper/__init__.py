"""The network of the papers over a closed dictionary of words: every mechanism is an option."""
