"""The page: one file a tab; it lays out what `vae_demo.inference` answers and computes nothing itself."""

from vae_demo.ui.page import build_page

__all__ = ["build_page"]
