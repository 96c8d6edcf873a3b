"""Those who do the work: what it needs, who hands it to whom, what they give back."""
