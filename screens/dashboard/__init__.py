"""The dashboard: its panes, and the run table with its columns, filters and dialogs."""
