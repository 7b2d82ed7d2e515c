"""Language models: where their files lie, loading them, and how well they predict a text.

What finds and describes a model (``sources``, ``hub_cache``, ``identity``) needs no torch, so that screens and the
command line can list models; what runs one (``checkpoints``, ``perplexity``) imports torch and transformers when it is
called.
"""
