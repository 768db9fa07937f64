"""Companies, owners and listings from FollowTheMoney entities."""
