"""What bodies can be told to do: walking, handling, sharing, looking; each a small state machine over time."""
