"""From a plan to the log density that is sampled, and back from draws to all quantities."""
