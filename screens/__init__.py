"""The terminal interface: Textual screens over frozen snapshots of the store.

A screen never shows what it asked for, only what the store says. Nothing here imports torch, transformers,
scikit-learn, scipy or pandas; heavy work happens in processes of its own.
"""
