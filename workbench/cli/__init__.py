"""The command line: one module for each group of commands; data on stdout, narration on stderr."""
