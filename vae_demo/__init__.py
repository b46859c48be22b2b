"""Four variational autoencoders to understand by using them."""
