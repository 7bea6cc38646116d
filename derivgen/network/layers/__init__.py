"""Layer kinds: each emits arrays and equations, and nothing behind it knows that it exists."""
