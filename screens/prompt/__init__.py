"""The generation screen: a prompt, one or two language models, and what they make of it, token by token."""
