"""What the help says, and the dialog that says it."""
