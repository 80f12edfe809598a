"""The page in a real browser: its tests share one browser and three servers, for as long as there are any of them."""
