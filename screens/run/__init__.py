"""The run screen: one run in seven tabs, and the reading of its log."""
