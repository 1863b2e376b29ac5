"""Training for news: sources, refining, plan."""
