"""The application: a conversation over the memory network, its stores and its edges."""
