"""The terminal: a prompt, plain words, and how replies look there."""
