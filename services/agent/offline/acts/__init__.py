"""What the offline model can do about a message: a script for each thing that can be wanted."""
