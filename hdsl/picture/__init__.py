"""Pictures of a model: what is drawn, where it stands, and the forms in which it is written."""
