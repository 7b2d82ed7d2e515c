"""The devices screen, and the live meters that it and the dashboard draw."""
