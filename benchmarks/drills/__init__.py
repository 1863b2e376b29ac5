"""What the service does when something around it breaks: real processes, under load, one drill a file."""
