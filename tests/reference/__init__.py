"""Published posteriors, written in the hbm language, and what their sources say of them."""
