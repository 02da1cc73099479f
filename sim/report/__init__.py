"""Figures and documents, made from results only: nothing here simulates."""
