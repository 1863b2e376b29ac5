"""The search for better parameters: on early hours alone, by the score that is reported."""
