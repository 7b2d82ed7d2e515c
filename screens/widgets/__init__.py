"""The widgets, one file each, named for what they are."""
