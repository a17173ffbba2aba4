"""Memory Networks (Weston, Chopra, Bordes 2015) as a library: I, G, O, R over a store."""
