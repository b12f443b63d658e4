"""Users of other protocols, and FastHttpUser."""
