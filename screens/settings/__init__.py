"""The settings screen, and the keys of the interface by the ids of their bindings."""
