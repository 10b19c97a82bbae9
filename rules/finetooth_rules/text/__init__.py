"""Rules on the quality of the text that is learnt."""
