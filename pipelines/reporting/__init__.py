"""The page that tells what an evaluation found."""
