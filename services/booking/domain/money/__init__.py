"""What does a booking cost, what comes back, and where did the money go? Pure rules over integer minor units."""
