"""The diff screen: two runs side by side, from the figures to the examples behind them."""
