"""The simulated market: shoppers, brands and retailers, week by week."""
