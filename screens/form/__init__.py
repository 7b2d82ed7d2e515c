"""The new-run form: its draft without widgets, its dialog, the file browser, presets and the estimate."""
