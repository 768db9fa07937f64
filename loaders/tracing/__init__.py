"""What events of goods say of a chain, whatever format they come in: steps, who performs them, what supplies what."""
